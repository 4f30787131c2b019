/* See licence.h. */
#include "licence.h"

#include <stdlib.h>

static const char procedure[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<bpmn:definitions xmlns:bpmn=\"http://www.omg.org/spec/BPMN/20100524/MODEL\""
    " xmlns:junma=\"urn:junma:bpmn\" id=\"d\" targetNamespace=\"urn:junma:test\">\n"
    "<bpmn:process id=\"request\" name=\"许可\" junma:nameEn=\"Licence\" junma:kind=\"request\""
    " isExecutable=\"true\">\n"
    "<bpmn:startEvent id=\"start\"/>\n"
    "<bpmn:businessRuleTask id=\"route\" name=\"归口\" junma:decision=\"routing\"/>\n"
    "<bpmn:userTask id=\"check\" name=\"受理审查\" junma:nameEn=\"Check\" junma:role=\"officer\""
    " junma:unit=\"&quot;CENTRE&quot;\" junma:promise=\"correction\""
    " junma:verbs=\"sign dispatch reply\"/>\n"
    "<bpmn:exclusiveGateway id=\"accepted\" name=\"受理?\" default=\"yes\"/>\n"
    "<bpmn:userTask id=\"decide\" name=\"审查决定\" junma:nameEn=\"Decide\" junma:role=\"handler\""
    " junma:unit=\"&quot;ECO&quot;\" junma:promise=\"decision outside\""
    " junma:verbs=\"sign suspend resume extend transfer\"/>\n"
    "<bpmn:endEvent id=\"told\" name=\"一次告知\"/>\n"
    "<bpmn:endEvent id=\"end\"/>\n"
    "<bpmn:sequenceFlow id=\"f1\" sourceRef=\"start\" targetRef=\"route\"/>\n"
    "<bpmn:sequenceFlow id=\"f2\" sourceRef=\"route\" targetRef=\"check\"/>\n"
    "<bpmn:sequenceFlow id=\"f3\" sourceRef=\"check\" targetRef=\"accepted\"/>\n"
    "<bpmn:sequenceFlow id=\"yes\" sourceRef=\"accepted\" targetRef=\"decide\"/>\n"
    "<bpmn:sequenceFlow id=\"no\" sourceRef=\"accepted\" targetRef=\"told\">"
    "<bpmn:conditionExpression>verb = \"reply\"</bpmn:conditionExpression></bpmn:sequenceFlow>\n"
    "<bpmn:sequenceFlow id=\"f4\" sourceRef=\"decide\" targetRef=\"end\"/>\n"
    "</bpmn:process></bpmn:definitions>\n";

#define NAME "\"name\": {\"zh\": \"时限\", \"en\": \"Limit\"}, "
static const char promises[] =
    "{\"promises\": [\n"
    "{\"code\": \"correction\", " NAME "\"scope\": \"task\", \"statute\": \"licence-correction\","
    " \"met_by\": [\"dispatch\", \"reply\"], \"silence\": {\"verb\": \"dispatch\"}},\n"
    "{\"code\": \"decision\", " NAME "\"scope\": \"task\", \"statute\": \"licence-decision\","
    " \"met_by\": [\"sign\"], \"when\": \"=urgency != \\\"urgent\\\"\"},\n"
    "{\"code\": \"outside\", " NAME "\"scope\": \"task\", \"statute\": \"project-approval\","
    " \"met_by\": [\"sign\"], \"when\": \"=urgency = \\\"urgent\\\"\"}\n"
    "]}\n";

int licence_setup(void **state)
{
    struct licence *l = calloc(1, sizeof *l);
    house_open(&l->house);
    copy_make(&l->copy);
    copy_write(&l->copy, "requests/request.bpmn", procedure);
    copy_write(&l->copy, "requests/promises.json", promises);
    house_reopen(&l->house, l->copy.folder);
    *state = l;
    return 0;
}

int licence_teardown(void **state)
{
    struct licence *l = *state;
    copy_remove(&l->copy);
    house_close(&l->house);
    free(l);
    return 0;
}

struct case_row licence_apply(struct house *h)
{
    return house_raise(h, &h->contact,
        (struct asked){ .topic = "network",
            .title = "申请许可",
            .content = "申请设立仓储点,材料已经上传。" });
}

int64_t licence_watch(struct house *h)
{
    int64_t done = 0;
    struct op op = house_op(h, &actor_system);
    if (promises_watch(&op, &done) != OK)
        fail_msg("watch: %s", h->diag.en);
    return done;
}
