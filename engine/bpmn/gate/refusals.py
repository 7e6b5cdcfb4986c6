"""What the gate refuses by name: why it cannot be run, and what to draw instead, in sentences for an analyst.

Nothing depends on this list to be safe: what is in none of the tables of `constructs` is refused all the same, only
with a plainer sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """Why it cannot be run, and what to draw instead. Each is a whole sentence."""

    reason: str
    remedy: str


_SUBPROCESS = "请把里面的环节直接画在泳道里：并行的用并行网关分出，整段的时限用时限任务（receiveTask）。"
_DATA = "请删去。事实由表单和服务任务写下，条件直接写事实的名字；只想说明时请用文字批注。"
_EVENT_DATA = "请删去。按钮打开的环节用表单收集内容。"
_PERFORMER = "请在泳道上写属性 unit 和 role，或在环节上写 camunda:candidateGroups。"
_LOOP = "请画成明确的回路：判断网关“还要再办？”，一条流回到合并网关；几个单位各办一次的，请各画一个环节。"
_CHOREOGRAPHY = "请只画一个泳池里的流程。"
_NO_EFFECT = "请删去。"

ELEMENTS: Mapping[str, Refusal] = {
    "scriptTask": Refusal(
        "脚本不执行。", "事实由表单和服务任务写下：请画成用户任务，或服务任务加属性 fact:<名字>，值写表达式。"
    ),
    "script": Refusal("脚本不执行。", "请删去，事实由表单和服务任务写下。"),
    "businessRuleTask": Refusal(
        "系统不执行决策表。", "请画成判断网关，条件写在各条流上；或画成用户任务，由人选定结论。"
    ),
    "task": Refusal(
        "没有说明这个环节由人办还是由系统办。",
        "人办的请改成用户任务（User Task），系统办的请改成服务任务（Service Task）。",
    ),
    "manualTask": Refusal("系统不知道这个环节什么时候办完。", "请改成用户任务（User Task），办完由人在系统里提交。"),
    "subProcess": Refusal("子流程不执行。", _SUBPROCESS),
    "transaction": Refusal("事务子流程不执行。", _SUBPROCESS),
    "adHocSubProcess": Refusal("临时子流程不执行。", "请画成几个按钮（非中断的消息边界事件），各带自己的分支。"),
    "inclusiveGateway": Refusal(
        "包容网关的汇合不可靠，系统不执行。", "请改成并行网关，每条分支开头各放一个判断网关，默认流直接到分支末尾。"
    ),
    "complexGateway": Refusal("复杂网关的条件没有统一的含义，系统不执行。", "请改成判断网关和并行网关的组合。"),
    "eventBasedGateway": Refusal(
        "事件网关不执行。", "请画成用户任务，附上定时边界事件（限时）和消息边界事件（按钮），谁先发生走谁的流。"
    ),
    "intermediateThrowEvent": Refusal(
        "中间抛出事件不执行。", "要送达或告知的请改成服务任务（operation），只作说明的请改成文字批注。"
    ),
    "implicitThrowEvent": Refusal("这种事件不执行。", "请改成服务任务。"),
    "linkEventDefinition": Refusal("连接事件不执行，流程会在这里断掉。", "请用顺序流直接连到目标环节。"),
    "signalEventDefinition": Refusal(
        "信号事件不执行。", "要通知别人的请用服务任务（operation=notify），要由人触发的请用消息边界事件（按钮）。"
    ),
    "errorEventDefinition": Refusal("错误事件不执行。", "请把结果画成判断网关，不成功的一条流写明怎么办。"),
    "escalationEventDefinition": Refusal(
        "升级事件不执行。", "期限的提醒和督办由系统按规则发出，不用画；要告知谁请用服务任务（operation=notify）。"
    ),
    "compensateEventDefinition": Refusal("补偿事件不执行。", "请把撤销、更正画成明确的环节，从判断网关引过去。"),
    "conditionalEventDefinition": Refusal(
        "条件事件不执行。", "请在事实写下之后画判断网关；由人决定何时发生的，请用按钮，条件写在属性 when 里。"
    ),
    "cancelEventDefinition": Refusal("取消事件不执行。", "请画成判断网关引到终止结束事件（Terminate End Event）。"),
    "multiInstanceLoopCharacteristics": Refusal("多实例不执行。", _LOOP),
    "standardLoopCharacteristics": Refusal("循环标记不执行。", _LOOP),
    "loopCharacteristics": Refusal("循环标记不执行。", _LOOP),
    "loopCardinality": Refusal("循环次数不执行。", _LOOP),
    "completionCondition": Refusal("完成条件不执行。", _LOOP),
    "dataObject": Refusal("数据对象不执行，不能在环节之间传数据。", _DATA),
    "dataObjectReference": Refusal("数据对象不执行，不能在环节之间传数据。", _DATA),
    "dataInputAssociation": Refusal("数据关联不执行。", _DATA),
    "dataOutputAssociation": Refusal("数据关联不执行。", _DATA),
    "dataInput": Refusal("数据输入不执行。", _DATA),
    "dataOutput": Refusal("数据输出不执行。", _DATA),
    "dataState": Refusal("数据状态不执行。", _DATA),
    "ioSpecification": Refusal("输入输出定义不执行。", _DATA),
    "ioBinding": Refusal("输入输出绑定不执行。", _DATA),
    "inputSet": Refusal("输入集不执行。", _DATA),
    "outputSet": Refusal("输出集不执行。", _DATA),
    "assignment": Refusal("赋值不执行。", _DATA),
    "transformation": Refusal("数据转换不执行。", _DATA),
    "property": Refusal("BPMN 的 property 不执行。", _DATA),
    "itemDefinition": Refusal("数据类型定义不起作用。", _DATA),
    "correlationSubscription": Refusal("消息关联不执行。", _EVENT_DATA),
    "correlationKey": Refusal("消息关联不执行。", _EVENT_DATA),
    "correlationProperty": Refusal("消息关联不执行。", _EVENT_DATA),
    "correlationPropertyRetrievalExpression": Refusal("消息关联不执行。", _EVENT_DATA),
    "correlationPropertyBinding": Refusal("消息关联不执行。", _EVENT_DATA),
    "messageFlow": Refusal(
        "消息流什么都不会送出。",
        "请删去这条线，改用服务任务送达文书（operation=issue_document）；只作说明时请用文字批注。",
    ),
    "interface": Refusal("外部接口不调用。", _NO_EFFECT),
    "operation": Refusal("外部接口不调用。", "请删去；服务任务做什么写在属性 operation 里。"),
    "operationRef": Refusal("外部接口不调用。", "请删去；服务任务做什么写在属性 operation 里。"),
    "endPoint": Refusal("外部接口不调用。", _NO_EFFECT),
    "import": Refusal("系统不读取文件以外的定义。", "请删去，把用到的都画在这个文件里。"),
    "extension": Refusal("系统不认识这个扩展。", "请删去扩展声明。"),
    "relationship": Refusal("关系声明不起作用。", _NO_EFFECT),
    "performer": Refusal("系统不读 performer。", _PERFORMER),
    "humanPerformer": Refusal("系统不读 humanPerformer。", _PERFORMER),
    "potentialOwner": Refusal("系统不读 potentialOwner。", _PERFORMER),
    "resourceRole": Refusal("系统不读 resourceRole。", _PERFORMER),
    "resource": Refusal("系统不读 resource。", _PERFORMER),
    "rendering": Refusal("系统不读 rendering。", "请用 camunda:formRef 写表单。"),
    "partitionElement": Refusal("泳道的 partitionElement 不起作用。", _PERFORMER),
    "auditing": Refusal("auditing 不起作用，系统记下每一步。", _NO_EFFECT),
    "monitoring": Refusal("monitoring 不起作用。", _NO_EFFECT),
    "eventDefinitionRef": Refusal("引用别处的事件定义不执行。", "请把定时或消息直接画在这个事件里。"),
    "participantMultiplicity": Refusal("多个参与者的泳池不执行。", "请删去这个标记。"),
    "choreography": Refusal("编排图不执行。", _CHOREOGRAPHY),
    "globalChoreographyTask": Refusal("编排图不执行。", _CHOREOGRAPHY),
    "conversation": Refusal("会话图不执行。", _CHOREOGRAPHY),
    "globalConversation": Refusal("会话图不执行。", _CHOREOGRAPHY),
    "subConversation": Refusal("会话图不执行。", _CHOREOGRAPHY),
    "callConversation": Refusal("会话图不执行。", _CHOREOGRAPHY),
    "conversationLink": Refusal("会话图不执行。", _CHOREOGRAPHY),
    "globalTask": Refusal("全局任务不执行。", "请把它画成流程里的用户任务或服务任务。"),
    "globalUserTask": Refusal("全局任务不执行。", "请把它画成流程里的用户任务。"),
    "globalManualTask": Refusal("全局任务不执行。", "请把它画成流程里的用户任务。"),
    "globalScriptTask": Refusal("脚本不执行。", "请画成服务任务加属性 fact:<名字>。"),
    "globalBusinessRuleTask": Refusal("系统不执行决策表。", "请画成判断网关。"),
    "partnerEntity": Refusal("partnerEntity 不起作用。", _NO_EFFECT),
    "partnerRole": Refusal("partnerRole 不起作用。", _NO_EFFECT),
}
"""Element of the BPMN namespace -> why it is refused."""

_CODE = "图里的代码不执行。"
_OPERATION = "请改用属性 operation；能做的事见 docs/reference/bpmn.md。"

CAMUNDA: Mapping[str, Refusal] = {
    "executionListener": Refusal(_CODE, "请删去监听器。要记事实请用服务任务的属性 fact:<名字>。"),
    "taskListener": Refusal(_CODE, "请删去监听器。要记事实请用表单字段或服务任务的属性 fact:<名字>。"),
    "inputOutput": Refusal("输入输出映射不执行。", "请删去。事实由表单和服务任务写下，条件直接写事实的名字。"),
    "script": Refusal("脚本不执行。", "请删去脚本。"),
    "connector": Refusal("连接器不执行。", _OPERATION),
    "field": Refusal("字段注入不执行。", _OPERATION),
    "formData": Refusal("系统不读图里的 formData。", "请用表单编辑器做成 .form 文件，在 camunda:formRef 里写它的 id。"),
    "in": Refusal("输入映射不执行。", "请删去。"),
    "out": Refusal("输出映射不执行。", "请删去。"),
    "failedJobRetryTimeCycle": Refusal("重试设置不起作用，出错的办件会停下来等人处理。", "请删去。"),
    "potentialStarter": Refusal("系统不读 potentialStarter。", "请写 camunda:candidateStarterGroups。"),
    "class": Refusal(_CODE, _OPERATION),
    "expression": Refusal(_CODE, _OPERATION),
    "delegateExpression": Refusal(_CODE, _OPERATION),
    "resultVariable": Refusal("结果变量不起作用。", "请用属性 fact:<名字> 记下事实。"),
    "type": Refusal("外部任务不执行。", _OPERATION),
    "topic": Refusal("外部任务不执行。", _OPERATION),
    "assignee": Refusal("办件不指定到某个人。", _PERFORMER),
    "candidateUsers": Refusal("办件不指定到某个人。", _PERFORMER),
    "candidateStarterUsers": Refusal(
        "不能指定由某个人发起。", "请写 camunda:candidateStarterGroups，如 town:case_officer。"
    ),
    "dueDate": Refusal("到期日不起作用。", "期限请画成定时边界事件，写属性 deadline、rule、basis、hard。"),
    "followUpDate": Refusal("跟进日期不起作用。", "请画成定时边界事件。"),
    "priority": Refusal("优先级不起作用，任务按期限排序。", "请删去。"),
    "jobPriority": Refusal("优先级不起作用。", "请删去。"),
    "taskPriority": Refusal("优先级不起作用。", "请删去。"),
    "formKey": Refusal("系统不读 formKey。", "请改用 camunda:formRef，写表单的 id。"),
    "formHandlerClass": Refusal(_CODE, "请改用 camunda:formRef，写表单的 id。"),
    "formRefBinding": Refusal("表单总是与流程图一起部署。", "请把 Binding 选为 deployment。"),
    "formRefVersion": Refusal("表单总是与流程图一起部署，不能另选版本。", "请把 Binding 选为 deployment，删去版本。"),
    "initiator": Refusal("initiator 不起作用。", "发起单位记在流程的属性 starter 所写的事实里。"),
    "asyncBefore": Refusal("异步设置不起作用，每一步都在一个事务里办完。", "请取消勾选。"),
    "asyncAfter": Refusal("异步设置不起作用，每一步都在一个事务里办完。", "请取消勾选。"),
    "exclusive": Refusal("异步设置不起作用。", "请取消勾选。"),
    "collection": Refusal("多实例不执行。", _LOOP),
    "elementVariable": Refusal("多实例不执行。", _LOOP),
    "resource": Refusal("条件里不能引用脚本文件。", "请把条件直接写成表达式。"),
    "decisionRef": Refusal("系统不执行决策表。", "请画成判断网关。"),
    "variableName": Refusal("变量事件不执行。", "请在事实写下之后画判断网关。"),
}
"""Camunda's extension elements and attributes, by local name -> why they are refused."""

ATTRIBUTES: Mapping[str, Refusal] = {
    "language": Refusal(
        "表达式只有一种语言。", '请删去 language，条件用我们的表达式写，如 approval_outcome == "approve"。'
    ),
    "messageRef": Refusal(
        "等外来的消息等不到，系统不接收消息。", "时限任务请删去消息；要等对方的材料，请画成对方泳道里的用户任务。"
    ),
    "operationRef": Refusal("外部接口不调用。", "请删去；服务任务做什么写在属性 operation 里。"),
    "triggeredByEvent": Refusal("事件子流程不执行。", _SUBPROCESS),
    "isForCompensation": Refusal("补偿不执行。", "请把撤销、更正画成明确的环节。"),
    "startQuantity": Refusal("令牌数量只能是 1。", "请删去 startQuantity。"),
    "completionQuantity": Refusal("令牌数量只能是 1。", "请删去 completionQuantity。"),
    "parallelMultiple": Refusal("多重事件不执行。", "请把它拆成几个事件，每个只有一种触发。"),
    "instantiate": Refusal("不能由消息发起办件。", "请用发起事件和表单。"),
    "isInterrupting": Refusal("事件子流程不执行。", _SUBPROCESS),
    "evaluatesToTypeRef": Refusal("表达式的类型声明不起作用。", "请删去 evaluatesToTypeRef。"),
}
"""Attributes without a namespace -> why they, or their value, are refused."""

MISPLACED: Mapping[str, Mapping[str, Refusal]] = {
    "startEvent": {
        "timerEventDefinition": Refusal("办件不能由时间发起。", "请用不带触发条件的发起事件，由人填表发起。"),
        "messageEventDefinition": Refusal("办件不能由消息发起。", "请用不带触发条件的发起事件，由人填表发起。"),
    },
    "endEvent": {
        "messageEventDefinition": Refusal(
            "消息结束事件什么都不会送出。", "请在结束之前画服务任务送达或告知，结束事件不带消息。"
        ),
    },
    "intermediateCatchEvent": {
        "messageEventDefinition": Refusal(
            "等外来的消息等不到，系统不接收消息。",
            "要等对方的材料，请画成对方泳道里的用户任务；要由人触发的，请画成按钮。",
        ),
    },
}
"""Where something stands that runs elsewhere -> why it does not run there."""
