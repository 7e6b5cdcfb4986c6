"""The reference: what a diagram means, written from the text of BPMN 2.0.2 and from nothing else.

`token_game` moves tokens over a drawing, word by word (`words`), and knows neither SpiffWorkflow nor the engine's workflow.
`blocks` and `generator` draw random diagrams that the gate lets pass; `net` holds the engine beside the reference and
compares them after every move; `walks` takes random histories and makes a failing one small. A new word of the language is
one class in `words`, one in `blocks`.
"""
