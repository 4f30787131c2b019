/* Constraints of the standard that a drawing can break, a small model each; the sentence is part of the
 * test. And models that look unusual and are right. */
#include "support.h"

#include <string.h>

#define RUNS "isExecutable=\"true\""

static const struct {
    const char *name, *roots, *attributes, *content, *message;
} broken[] = {
    { "error end without code", "<b:error id=\"er\" name=\"E\"/>", RUNS,
        "<b:startEvent id=\"s\"/><b:endEvent id=\"e\">"
        "<b:errorEventDefinition errorRef=\"er\"/></b:endEvent>"
        "<b:sequenceFlow id=\"s_e\" sourceRef=\"s\" targetRef=\"e\" ></b:sequenceFlow>",
        "what is thrown must have a code: name one with errorCode by" },
    { "error end without ref", "", RUNS,
        "<b:startEvent id=\"s\"/><b:endEvent id=\"e\"><b:errorEventDefinition/></b:endEvent>"
        "<b:sequenceFlow id=\"s_e\" sourceRef=\"s\" targetRef=\"e\" ></b:sequenceFlow>",
        "what is thrown must have a code: name one with errorCode by" },
    { "escalation end without code", "<b:escalation id=\"es\" name=\"x\"/>", RUNS,
        "<b:startEvent id=\"s\"/><b:endEvent id=\"e\">"
        "<b:escalationEventDefinition escalationRef=\"es\"/></b:endEvent>"
        "<b:sequenceFlow id=\"s_e\" sourceRef=\"s\" targetRef=\"e\" ></b:sequenceFlow>",
        "what is thrown must have a code: name one with" },
    { "escalation throw without ref", "", RUNS,
        "<b:startEvent id=\"s\"/><b:intermediateThrowEvent id=\"t\">"
        "<b:escalationEventDefinition/></b:intermediateThrowEvent><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "what is thrown must have a code: name one with" },
    { "isImmediate false", "", RUNS,
        "<b:startEvent id=\"s\"/><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_e\" sourceRef=\"s\" targetRef=\"e\""
        " isImmediate=\"false\"></b:sequenceFlow>",
        "a sequence flow of an executable process cannot have" },
    { "multiplicity max<min", 
        "<b:collaboration id=\"c\"><b:participant id=\"p\" processRef=\"P\">"
        "<b:participantMultiplicity minimum=\"3\""
        " maximum=\"2\"/></b:participant></b:collaboration>", RUNS,
        "<b:startEvent id=\"s\"/><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_e\" sourceRef=\"s\" targetRef=\"e\" ></b:sequenceFlow>",
        "the multiplicity is wrong (minimum=3, maximum=2): minimum" },
    { "multiplicity max 0", 
        "<b:collaboration id=\"c\"><b:participant id=\"p\" processRef=\"P\">"
        "<b:participantMultiplicity minimum=\"0\""
        " maximum=\"0\"/></b:participant></b:collaboration>", RUNS,
        "<b:startEvent id=\"s\"/><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_e\" sourceRef=\"s\" targetRef=\"e\" ></b:sequenceFlow>",
        "the multiplicity is wrong (minimum=0, maximum=0): minimum" },
    { "multiplicity min<0", 
        "<b:collaboration id=\"c\"><b:participant id=\"p\" processRef=\"P\">"
        "<b:participantMultiplicity minimum=\"-1\""
        " maximum=\"2\"/></b:participant></b:collaboration>", RUNS,
        "<b:startEvent id=\"s\"/><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_e\" sourceRef=\"s\" targetRef=\"e\" ></b:sequenceFlow>",
        "the multiplicity is wrong (minimum=-1, maximum=2): minimum" },
    { "compensation activity with flow", "", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ></b:userTask><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>"
        "<b:userTask id=\"u\" isForCompensation=\"true\"></b:userTask>"
        "<b:sequenceFlow id=\"u_t\" sourceRef=\"u\" targetRef=\"t\" ></b:sequenceFlow>",
        "a compensation activity (isForCompensation) must have no" },
    { "startQuantity 0", "", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" startQuantity=\"0\"></b:userTask>"
        "<b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "startQuantity and completionQuantity must not be less than" },
    { "completionQuantity 0", "", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" completionQuantity=\"0\"></b:userTask>"
        "<b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "startQuantity and completionQuantity must not be less than" },
    { "instantiate receive with incoming", "<b:message id=\"m\" name=\"M\"/>", RUNS,
        "<b:startEvent id=\"s\"/>"
        "<b:receiveTask id=\"t\" instantiate=\"true\" messageRef=\"m\"></b:receiveTask>"
        "<b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "what begins a process (instantiate=\"true\") must have no" },
    { "instantiate receive in sub", "<b:message id=\"m\" name=\"M\"/>", RUNS,
        "<b:startEvent id=\"s\"/><b:subProcess id=\"t\">"
        "<b:receiveTask id=\"r\" instantiate=\"true\" messageRef=\"m\"></b:receiveTask>"
        "<b:endEvent id=\"e1\"/>"
        "<b:sequenceFlow id=\"r_e1\" sourceRef=\"r\" targetRef=\"e1\""
        " ></b:sequenceFlow></b:subProcess><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "what begins a process (instantiate=\"true\") cannot stand in" },
    { "event gateway instantiate incoming", "<b:message id=\"m\" name=\"M\"/>", RUNS,
        "<b:startEvent id=\"s\"/><b:eventBasedGateway id=\"g\" instantiate=\"true\"/>"
        "<b:intermediateCatchEvent id=\"c1\">"
        "<b:messageEventDefinition messageRef=\"m\"/></b:intermediateCatchEvent>"
        "<b:sequenceFlow id=\"g_c1\" sourceRef=\"g\" targetRef=\"c1\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"c1_e\" sourceRef=\"c1\" targetRef=\"e\" ></b:sequenceFlow>"
        "<b:intermediateCatchEvent id=\"c2\">"
        "<b:messageEventDefinition messageRef=\"m\"/></b:intermediateCatchEvent>"
        "<b:sequenceFlow id=\"g_c2\" sourceRef=\"g\" targetRef=\"c2\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"c2_e\" sourceRef=\"c2\" targetRef=\"e\" ></b:sequenceFlow>"
        "<b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_g\" sourceRef=\"s\" targetRef=\"g\" ></b:sequenceFlow>",
        "what begins a process (instantiate=\"true\") must have no" },
    { "event gateway in sub instantiate", "<b:message id=\"m\" name=\"M\"/>", RUNS,
        "<b:startEvent id=\"s\"/><b:subProcess id=\"t\">"
        "<b:eventBasedGateway id=\"g\" instantiate=\"true\"/>"
        "<b:intermediateCatchEvent id=\"c1\">"
        "<b:messageEventDefinition messageRef=\"m\"/></b:intermediateCatchEvent>"
        "<b:sequenceFlow id=\"g_c1\" sourceRef=\"g\" targetRef=\"c1\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"c1_e1\" sourceRef=\"c1\" targetRef=\"e1\" ></b:sequenceFlow>"
        "<b:intermediateCatchEvent id=\"c2\">"
        "<b:messageEventDefinition messageRef=\"m\"/></b:intermediateCatchEvent>"
        "<b:sequenceFlow id=\"g_c2\" sourceRef=\"g\" targetRef=\"c2\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"c2_e1\" sourceRef=\"c2\" targetRef=\"e1\" ></b:sequenceFlow>"
        "<b:endEvent id=\"e1\"/></b:subProcess><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "what begins a process (instantiate=\"true\") cannot stand in" },
    { "eventGatewayType unknown", "<b:message id=\"m\" name=\"M\"/>", RUNS,
        "<b:startEvent id=\"s\"/><b:eventBasedGateway id=\"g\" eventGatewayType=\"Foo\"/>"
        "<b:intermediateCatchEvent id=\"c1\">"
        "<b:messageEventDefinition messageRef=\"m\"/></b:intermediateCatchEvent>"
        "<b:sequenceFlow id=\"g_c1\" sourceRef=\"g\" targetRef=\"c1\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"c1_e\" sourceRef=\"c1\" targetRef=\"e\" ></b:sequenceFlow>"
        "<b:intermediateCatchEvent id=\"c2\">"
        "<b:messageEventDefinition messageRef=\"m\"/></b:intermediateCatchEvent>"
        "<b:sequenceFlow id=\"g_c2\" sourceRef=\"g\" targetRef=\"c2\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"c2_e\" sourceRef=\"c2\" targetRef=\"e\" ></b:sequenceFlow>"
        "<b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_g\" sourceRef=\"s\" targetRef=\"g\" ></b:sequenceFlow>",
        "attribute eventGatewayType is \"Foo\"; it must be one of" },
    { "error start non-interrupting", "<b:error id=\"er\" errorCode=\"E\"/>", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ></b:userTask><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>"
        "<b:subProcess id=\"x\" triggeredByEvent=\"true\">"
        "<b:startEvent id=\"xs\" isInterrupting=\"false\">"
        "<b:errorEventDefinition errorRef=\"er\"/></b:startEvent><b:endEvent id=\"xe\"/>"
        "<b:sequenceFlow id=\"xs_xe\" sourceRef=\"xs\" targetRef=\"xe\""
        " ></b:sequenceFlow></b:subProcess>",
        "an event sub-process begun by an error or compensation" },
    { "cancel end not in transaction", "", RUNS,
        "<b:startEvent id=\"s\"/><b:endEvent id=\"e\"><b:cancelEventDefinition/></b:endEvent>"
        "<b:sequenceFlow id=\"s_e\" sourceRef=\"s\" targetRef=\"e\" ></b:sequenceFlow>",
        "a cancel end event may only stand within a" },
    { "cancel end in sub of process", "", RUNS,
        "<b:startEvent id=\"s\"/><b:subProcess id=\"t\"><b:startEvent id=\"s1\"/>"
        "<b:endEvent id=\"e1\"><b:cancelEventDefinition/></b:endEvent>"
        "<b:sequenceFlow id=\"s1_e1\" sourceRef=\"s1\" targetRef=\"e1\""
        " ></b:sequenceFlow></b:subProcess><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "a cancel end event may only stand within a" },
    { "ordering bad", "", RUNS,
        "<b:startEvent id=\"s\"/><b:adHocSubProcess id=\"t\" ordering=\"foo\">"
        "<b:userTask id=\"u\" ></b:userTask></b:adHocSubProcess><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "attribute ordering is \"foo\"; it must be one of" },
    { "processType bad", "", "isExecutable=\"true\" processType=\"Foo\"",
        "<b:startEvent id=\"s\"/><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_e\" sourceRef=\"s\" targetRef=\"e\" ></b:sequenceFlow>",
        "attribute processType is \"Foo\"; it must be one of" },
    { "behavior bad", "", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" >"
        "<b:multiInstanceLoopCharacteristics behavior=\"Foo\">"
        "<b:loopCardinality"
        " xsi:type=\"b:tFormalExpression\">3</b:loopCardinality></b:multiInstanceLoopCharacte"
        "ristics></b:userTask><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "attribute behavior is \"Foo\"; it must be one of" },
    { "MI cardinality and data", "", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ><b:ioSpecification>"
        "<b:dataInput id=\"di\" isCollection=\"true\"/><b:inputSet>"
        "<b:dataInputRefs>di</b:dataInputRefs></b:inputSet><b:outputSet/></b:ioSpecification>"
        "<b:multiInstanceLoopCharacteristics >"
        "<b:loopCardinality xsi:type=\"b:tFormalExpression\">3</b:loopCardinality>"
        "<b:loopDataInputRef>di</b:loopDataInputRef>"
        "<b:inputDataItem id=\"x\"/></b:multiInstanceLoopCharacteristics></b:userTask>"
        "<b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "multi-instance is given by a number (loopCardinality) or a" },
    { "two MI", "", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ><b:multiInstanceLoopCharacteristics >"
        "<b:loopCardinality"
        " xsi:type=\"b:tFormalExpression\">3</b:loopCardinality></b:multiInstanceLoopCharacte"
        "ristics><b:multiInstanceLoopCharacteristics >"
        "<b:loopCardinality"
        " xsi:type=\"b:tFormalExpression\">3</b:loopCardinality></b:multiInstanceLoopCharacte"
        "ristics></b:userTask><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "<userTask> may hold one <multiInstanceLoopCharacteristics>;" },
    { "default on parallel gateway", "", RUNS,
        "<b:startEvent id=\"s\"/><b:parallelGateway id=\"t\" default=\"t_e\"/>"
        "<b:endEvent id=\"e\"/><b:endEvent id=\"e2\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e2\" sourceRef=\"t\" targetRef=\"e2\" ></b:sequenceFlow>",
        "<parallelGateway> has no attribute default: check its" },
    { "message event no ref", "", RUNS,
        "<b:startEvent id=\"s\"/><b:intermediateCatchEvent id=\"t\">"
        "<b:messageEventDefinition/></b:intermediateCatchEvent><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "in an executable process the message must be named" },
    { "signal event no ref", "", RUNS,
        "<b:startEvent id=\"s\"/><b:intermediateThrowEvent id=\"t\">"
        "<b:signalEventDefinition/></b:intermediateThrowEvent><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "a signal event of an executable process must name its" },
    { "receive task no message", "", RUNS,
        "<b:startEvent id=\"s\"/><b:receiveTask id=\"t\" ></b:receiveTask>"
        "<b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "in an executable process the message must be named" },
    { "send task no message", "", RUNS,
        "<b:startEvent id=\"s\"/><b:sendTask id=\"t\" ></b:sendTask><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "in an executable process the message must be named" },
    { "link target mismatch", "", RUNS,
        "<b:startEvent id=\"s\"/><b:intermediateThrowEvent id=\"t\">"
        "<b:linkEventDefinition id=\"L1\" name=\"L\">"
        "<b:target>nix</b:target></b:linkEventDefinition></b:intermediateThrowEvent>"
        "<b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:intermediateCatchEvent id=\"l\"><b:linkEventDefinition id=\"L2\" name=\"L\">"
        "<b:source>L1</b:source></b:linkEventDefinition></b:intermediateCatchEvent>"
        "<b:sequenceFlow id=\"l_e\" sourceRef=\"l\" targetRef=\"e\" ></b:sequenceFlow>",
        "target names \"nix\", which does not" },
    { "compensate activityRef elsewhere", "", RUNS,
        "<b:startEvent id=\"s\"/><b:subProcess id=\"t\"><b:startEvent id=\"s1\"/>"
        "<b:userTask id=\"in\" ></b:userTask><b:endEvent id=\"e1\"/>"
        "<b:sequenceFlow id=\"s1_in\" sourceRef=\"s1\" targetRef=\"in\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"in_e1\" sourceRef=\"in\" targetRef=\"e1\""
        " ></b:sequenceFlow></b:subProcess><b:intermediateThrowEvent id=\"c\">"
        "<b:compensateEventDefinition activityRef=\"in\"/></b:intermediateThrowEvent>"
        "<b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_c\" sourceRef=\"t\" targetRef=\"c\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"c_e\" sourceRef=\"c\" targetRef=\"e\" ></b:sequenceFlow>",
        "activityRef \"in\" stands in another sub-process:" },
    { "boundary two cancel", "", RUNS,
        "<b:startEvent id=\"s\"/><b:transaction id=\"t\"><b:startEvent id=\"s1\"/>"
        "<b:endEvent id=\"e1\"/>"
        "<b:sequenceFlow id=\"s1_e1\" sourceRef=\"s1\" targetRef=\"e1\""
        " ></b:sequenceFlow></b:transaction><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>"
        "<b:boundaryEvent id=\"bo\" attachedToRef=\"t\">"
        "<b:cancelEventDefinition/></b:boundaryEvent>"
        "<b:boundaryEvent id=\"bo2\" attachedToRef=\"t\">"
        "<b:cancelEventDefinition/></b:boundaryEvent>"
        "<b:sequenceFlow id=\"bo_e\" sourceRef=\"bo\" targetRef=\"e\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"bo2_e\" sourceRef=\"bo2\" targetRef=\"e\" ></b:sequenceFlow>",
        "an activity may have one cancel and one compensation" },
    { "unknown attr", "", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" foo=\"1\"></b:userTask>"
        "<b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "<userTask> has no attribute foo: check its spelling or" },
    { "unknown child", "", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ><b:foo/></b:userTask>"
        "<b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "<foo> has no place inside" },
    { "data assoc to other activity input", "", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ><b:ioSpecification>"
        "<b:dataInput id=\"di\"/><b:inputSet><b:dataInputRefs>di</b:dataInputRefs></b:inputSet>"
        "<b:outputSet/></b:ioSpecification></b:userTask><b:userTask id=\"u\" >"
        "<b:dataInputAssociation><b:sourceRef>dob</b:sourceRef>"
        "<b:targetRef>di</b:targetRef></b:dataInputAssociation></b:userTask>"
        "<b:dataObject id=\"dob\"/><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_u\" sourceRef=\"t\" targetRef=\"u\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"u_e\" sourceRef=\"u\" targetRef=\"e\" ></b:sequenceFlow>",
        "\"di\" is the data of another activity, which this" },
    { "data assoc no target", "", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ><b:dataInputAssociation>"
        "<b:sourceRef>dob</b:sourceRef></b:dataInputAssociation></b:userTask>"
        "<b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>"
        "<b:dataObject id=\"dob\"/>",
        "<dataInputAssociation> lacks a" },
    { "data assoc no source", "", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ><b:ioSpecification>"
        "<b:dataInput id=\"di\"/><b:inputSet><b:dataInputRefs>di</b:dataInputRefs></b:inputSet>"
        "<b:outputSet/></b:ioSpecification><b:dataInputAssociation>"
        "<b:targetRef>di</b:targetRef></b:dataInputAssociation></b:userTask>"
        "<b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "the data association has neither a source (sourceRef) nor" },
    { "two ioSpecification", "", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ><b:ioSpecification><b:inputSet/>"
        "<b:outputSet/></b:ioSpecification><b:ioSpecification><b:inputSet/>"
        "<b:outputSet/></b:ioSpecification></b:userTask><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "<userTask> may hold one <ioSpecification>; there are" },
    { "data object out of scope", "", RUNS,
        "<b:startEvent id=\"s\"/><b:subProcess id=\"t\"><b:dataObject id=\"dob\"/>"
        "<b:startEvent id=\"s1\"/><b:endEvent id=\"e1\"/>"
        "<b:sequenceFlow id=\"s1_e1\" sourceRef=\"s1\" targetRef=\"e1\""
        " ></b:sequenceFlow></b:subProcess><b:userTask id=\"u\" ><b:ioSpecification>"
        "<b:dataInput id=\"di\"/><b:inputSet><b:dataInputRefs>di</b:dataInputRefs></b:inputSet>"
        "<b:outputSet/></b:ioSpecification><b:dataInputAssociation>"
        "<b:sourceRef>dob</b:sourceRef>"
        "<b:targetRef>di</b:targetRef></b:dataInputAssociation></b:userTask>"
        "<b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_u\" sourceRef=\"t\" targetRef=\"u\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"u_e\" sourceRef=\"u\" targetRef=\"e\" ></b:sequenceFlow>",
        "the data \"dob\" stands in another process or sub-process and" },
    { "property at gateway", "", RUNS,
        "<b:startEvent id=\"s\"/><b:exclusiveGateway id=\"t\">"
        "<b:property id=\"p\"/></b:exclusiveGateway><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "<property> has no place inside" },
    { "ioSpec on event", "", RUNS,
        "<b:startEvent id=\"s\"/><b:endEvent id=\"e\"><b:ioSpecification><b:inputSet/>"
        "<b:outputSet/></b:ioSpecification></b:endEvent>"
        "<b:sequenceFlow id=\"s_e\" sourceRef=\"s\" targetRef=\"e\" ></b:sequenceFlow>",
        "<ioSpecification> has no place inside" },
    { "loop on event", "", RUNS,
        "<b:startEvent id=\"s\"/><b:endEvent id=\"e\">"
        "<b:standardLoopCharacteristics/></b:endEvent>"
        "<b:sequenceFlow id=\"s_e\" sourceRef=\"s\" targetRef=\"e\" ></b:sequenceFlow>",
        "<standardLoopCharacteristics> has no place inside" },
    { "event def in task", "", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ><b:timerEventDefinition/></b:userTask>"
        "<b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "<timerEventDefinition> has no place inside" },
    { "condition in task", "", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ><b:conditionExpression/></b:userTask>"
        "<b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "<conditionExpression> has no place inside" },
    { "script in userTask", "", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ><b:script>1</b:script></b:userTask>"
        "<b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "<script> has no place inside" },
    { "interface without operation", "<b:interface id=\"i\" name=\"I\"/>", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ></b:userTask><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "<interface> lacks a" },
    { "operation without inMessage", 
        "<b:interface id=\"i\" name=\"I\"><b:operation id=\"o\" name=\"x\"/></b:interface>", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ></b:userTask><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "<operation> lacks a" },
    { "correlationProperty no retrieval", "<b:correlationProperty id=\"k\"/>", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ></b:userTask><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "<correlationProperty> lacks a" },
    { "parallelGateway one in one out", "", RUNS,
        "<b:startEvent id=\"s\"/><b:parallelGateway id=\"t\"/><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "the gateway has one flow in and one out: it must split or" },
    { "itemDefinition itemKind bad", "<b:itemDefinition id=\"i\" itemKind=\"Foo\"/>", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ></b:userTask><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "attribute itemKind is \"Foo\"; it must be one of" },
    { "evaluatesToTypeRef nix", "", RUNS,
        "<b:startEvent id=\"s\"/><b:exclusiveGateway id=\"t\"/><b:endEvent id=\"e\"/>"
        "<b:endEvent id=\"e2\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" >"
        "<b:conditionExpression xsi:type=\"b:tFormalExpression\""
        " evaluatesToTypeRef=\"nix\">x</b:conditionExpression></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e2\" sourceRef=\"t\" targetRef=\"e2\" >"
        "<b:conditionExpression"
        " xsi:type=\"b:tFormalExpression\">y</b:conditionExpression></b:sequenceFlow>",
        "evaluatesToTypeRef names \"nix\", which does not" },
    { "association direction bad", "", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ></b:userTask><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>"
        "<b:textAnnotation id=\"ta\"/>"
        "<b:association id=\"as\" associationDirection=\"Foo\" sourceRef=\"t\""
        " targetRef=\"ta\"/>",
        "attribute associationDirection is \"Foo\"; it must be one of" },
    { "relationship no type", 
        "<b:relationship id=\"r\"><b:source>t</b:source><b:target>s</b:target></b:relationship>", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ></b:userTask><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "<relationship> lacks the attribute" },
    { "sub two none starts", "", RUNS,
        "<b:startEvent id=\"s\"/><b:subProcess id=\"t\"><b:startEvent id=\"s1\"/>"
        "<b:startEvent id=\"s2\"/><b:endEvent id=\"e1\"/>"
        "<b:sequenceFlow id=\"s1_e1\" sourceRef=\"s1\" targetRef=\"e1\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"s2_e1\" sourceRef=\"s2\" targetRef=\"e1\""
        " ></b:sequenceFlow></b:subProcess><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "there are 2 none start events: which one begins? Keep" },
    { "compensate boundary two handlers", "", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ></b:userTask><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>"
        "<b:boundaryEvent id=\"bo\" attachedToRef=\"t\">"
        "<b:compensateEventDefinition/></b:boundaryEvent>"
        "<b:userTask id=\"h\" isForCompensation=\"true\"></b:userTask>"
        "<b:userTask id=\"h2\" isForCompensation=\"true\"></b:userTask>"
        "<b:association id=\"a1\" associationDirection=\"One\" sourceRef=\"bo\""
        " targetRef=\"h\"/>"
        "<b:association id=\"a2\" associationDirection=\"One\" sourceRef=\"bo\""
        " targetRef=\"h2\"/>",
        "a compensation boundary event leads to one compensation" },
    { "inputset lists not its data", "", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ><b:ioSpecification>"
        "<b:dataInput id=\"di\"/><b:inputSet><b:dataInputRefs>di</b:dataInputRefs></b:inputSet>"
        "<b:outputSet/></b:ioSpecification></b:userTask><b:userTask id=\"u\" >"
        "<b:ioSpecification><b:inputSet><b:dataInputRefs>di</b:dataInputRefs></b:inputSet>"
        "<b:outputSet/></b:ioSpecification></b:userTask><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_u\" sourceRef=\"t\" targetRef=\"u\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"u_e\" sourceRef=\"u\" targetRef=\"e\" ></b:sequenceFlow>",
        "\"di\" is not data of this" },
    { "outputSetRefs not paired", "", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ><b:ioSpecification>"
        "<b:inputSet id=\"is\"><b:outputSetRefs>os</b:outputSetRefs></b:inputSet>"
        "<b:outputSet id=\"os\"/></b:ioSpecification></b:userTask><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "<outputSetRefs> must be paired with <inputSetRefs>" },
    { "send op message mismatch", 
        "<b:message id=\"m\" name=\"M\"/><b:message id=\"m2\" name=\"N\"/>"
        "<b:interface id=\"i\" name=\"I\"><b:operation id=\"o\" name=\"x\">"
        "<b:inMessageRef>m2</b:inMessageRef></b:operation></b:interface>", RUNS,
        "<b:startEvent id=\"s\"/>"
        "<b:sendTask id=\"t\" messageRef=\"m\" operationRef=\"o\"></b:sendTask>"
        "<b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>",
        "the message \"m\" is not the one of the" },
    { "event sub with loop", "<b:message id=\"m\" name=\"M\"/>", RUNS,
        "<b:startEvent id=\"s\"/><b:userTask id=\"t\" ></b:userTask><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_t\" sourceRef=\"s\" targetRef=\"t\" ></b:sequenceFlow>"
        "<b:sequenceFlow id=\"t_e\" sourceRef=\"t\" targetRef=\"e\" ></b:sequenceFlow>"
        "<b:subProcess id=\"x\" triggeredByEvent=\"true\"><b:multiInstanceLoopCharacteristics >"
        "<b:loopCardinality"
        " xsi:type=\"b:tFormalExpression\">3</b:loopCardinality></b:multiInstanceLoopCharacte"
        "ristics><b:startEvent id=\"xs\">"
        "<b:messageEventDefinition messageRef=\"m\"/></b:startEvent><b:endEvent id=\"xe\"/>"
        "<b:sequenceFlow id=\"xs_xe\" sourceRef=\"xs\" targetRef=\"xe\""
        " ></b:sequenceFlow></b:subProcess>",
        "an event sub-process cannot be a loop or" },
    { "supports no process", "", RUNS,
        "<b:supports>e</b:supports><b:startEvent id=\"s\"/><b:endEvent id=\"e\"/>"
        "<b:sequenceFlow id=\"s_e\" sourceRef=\"s\" targetRef=\"e\"/>",
        "supports names \"e\", which is <endEvent>; it must be process" },
};

#define FLOWS_BETWEEN_POOLS                                                                       \
    HEAD "<b:collaboration id=\"c\"><b:participant id=\"p1\" processRef=\"P\"/>"                  \
         "<b:participant id=\"p2\" processRef=\"Q\"/><b:participant id=\"p3\" name=\"bank\"/>"    \
         "<b:messageFlow id=\"ask\" sourceRef=\"send\" targetRef=\"asked\"/>"                     \
         "<b:messageFlow id=\"answer\" sourceRef=\"told\" targetRef=\"hear\"/>"                   \
         "<b:messageFlow id=\"pay\" sourceRef=\"p3\" targetRef=\"paid\"/></b:collaboration>"      \
         "<b:process id=\"P\" isExecutable=\"true\">" START("s") "<b:sendTask id=\"send\"/>"      \
         "<b:receiveTask id=\"hear\"/>" END("e") FLOW("s", "send") FLOW("send", "hear")           \
         FLOW("hear", "e") "</b:process><b:process id=\"Q\" isExecutable=\"true\">"               \
         "<b:startEvent id=\"asked\"><b:messageEventDefinition/></b:startEvent>"                  \
         "<b:intermediateCatchEvent id=\"paid\"><b:messageEventDefinition/>"                      \
         "</b:intermediateCatchEvent><b:endEvent id=\"told\"><b:messageEventDefinition/>"         \
         "</b:endEvent>" FLOW("asked", "paid") FLOW("paid", "told") "</b:process></b:definitions>"

/* As drawing tools write them: their own elements and attributes in their own namespaces, the
 * drawing itself, defaults spelled out, empty texts. */
#define AS_DRAWN                                                                                  \
    HEAD "<b:process id=\"P\" name=\"\" isExecutable=\"true\" isClosed=\"false\" "                \
         "processType=\"None\" xmlns:signavio=\"http://www.signavio.com\" "                       \
         "xmlns:bioc=\"http://bpmn.io/schema/bpmn/biocolor/1.0\"><b:documentation>x"              \
         "</b:documentation><b:extensionElements><signavio:signavioMetaData metaKey=\"bg\" "      \
         "metaValue=\"#fff\"/></b:extensionElements><b:laneSet id=\"ls\"><b:lane id=\"l1\" "      \
         "name=\"office\"><b:flowNodeRef>t</b:flowNodeRef><b:childLaneSet id=\"ls2\"><b:lane "    \
         "id=\"l2\" name=\"clerk\"><b:flowNodeRef>t</b:flowNodeRef></b:lane></b:childLaneSet>"    \
         "</b:lane></b:laneSet><b:startEvent id=\"s\" isInterrupting=\"true\" "                   \
         "parallelMultiple=\"false\"><b:outgoing>s_t</b:outgoing></b:startEvent><b:userTask "     \
         "id=\"t\" name=\"\" bioc:fill=\"red\" completionQuantity=\"1\" startQuantity=\"1\" "     \
         "isForCompensation=\"false\" implementation=\"##unspecified\"><b:incoming>s_t"           \
         "</b:incoming><b:outgoing>t_e</b:outgoing><b:property id=\"pr\" name=\"__target\"/>"     \
         "<b:dataInputAssociation id=\"da\"><b:sourceRef>ref</b:sourceRef><b:targetRef>pr"        \
         "</b:targetRef></b:dataInputAssociation></b:userTask><b:dataObjectReference id=\"ref\" " \
         "name=\"paper\" dataObjectRef=\"ob\"/><b:dataObject id=\"ob\"/><b:endEvent id=\"e\">"    \
         "<b:incoming>t_e</b:incoming></b:endEvent>" FLOW("s", "t") FLOW("t", "e")                \
         "<b:textAnnotation id=\"ta\"><b:text>note</b:text></b:textAnnotation><b:association "    \
         "id=\"as\" associationDirection=\"None\" sourceRef=\"t\" targetRef=\"ta\"/>"             \
         "</b:process></b:definitions>"

static void every_rule_is_told(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof broken / sizeof *broken; n++) {
        struct arena a;
        arena_init(&a, NULL, 8 * MIB);
        str xml = str_printf(&a, HEAD "%s<b:process id=\"P\" %s>%s</b:process></b:definitions>",
            broken[n].roots, broken[n].attributes, broken[n].content);
        print_message("%s\n", broken[n].name);
        assert_refused(str_terminated(&a, xml), ERR_INVALID, 0, broken[n].message);
        arena_release(&a);
    }
}

static void pools_speak_by_their_message_flows(void **state)
{
    (void)state;
    struct world w;
    bool taken = false;
    world_init(&w, FLOWS_BETWEEN_POOLS);
    assert_int_equal(world_start(&w, NULL), OK);
    assert_effects(&w, "MESSAGE_SENT send ask"); /* the flow's id, since nothing else has a name */
    assert_waiting(&w, "hear");
    assert_int_equal(world_message(&w, "answer", &taken), OK);
    assert_true(taken && bpmn_ended(w.instance));
    world_release(&w);
}

static void what_tools_write_is_accepted(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, AS_DRAWN);
    assert_int_equal(world_start(&w, NULL), OK);
    assert_true(str_is(bpmn_node_by_id(w.model, STR("t"))->role, "clerk")); /* the inner lane */
    world_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_is_told),
        cmocka_unit_test(pools_speak_by_their_message_flows),
        cmocka_unit_test(what_tools_write_is_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
