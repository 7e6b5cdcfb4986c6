"""How an instance begins, what moves it besides its tasks (buttons, messages, what falls due), and how it is cancelled."""
