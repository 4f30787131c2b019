"""Packs to test with: the sample pack in a folder of its own, with more in its procedure."""
import json
import pathlib
import re
import shutil
import tempfile

from junma import ZONE

FLOW = '<bpmn:sequenceFlow id="{0}" sourceRef="{1}" targetRef="{2}" />'

REMINDER = ('<bpmn:boundaryEvent id="remind" attachedToRef="handle" cancelActivity="false"><bpmn:outgoing>f_remind</bpmn:outgoing>'
            '<bpmn:timerEventDefinition><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P300D</bpmn:timeDuration>'
            '</bpmn:timerEventDefinition></bpmn:boundaryEvent>'
            '<bpmn:endEvent id="end_remind"><bpmn:incoming>f_remind</bpmn:incoming></bpmn:endEvent>'
            '<bpmn:sequenceFlow id="f_remind" sourceRef="remind" targetRef="end_remind" />')


class Pack:
    """A copy that can be changed; removed by close()."""

    def __init__(self):
        self.own = tempfile.TemporaryDirectory(prefix="junma-pack-")
        self.folder = pathlib.Path(self.own.name) / "zone"
        shutil.copytree(ZONE, self.folder)
        self.bpmn = self.folder / "requests" / "request.bpmn"
        self.permit("admin", "job.manage", "case.migrate", "case.purge", "message.send")

    def close(self):
        self.own.cleanup()

    def change(self, path, old, new):
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        if old not in text:
            raise AssertionError(f"{path} does not hold {old}")
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def permit(self, role, *permissions):
        file = self.folder / "roles.json"
        roles = json.loads(file.read_text(encoding="utf-8"))
        for r in roles["roles"]:
            if r["code"] == role:
                r["permissions"] = sorted(set(r["permissions"]) | set(permissions))
        file.write_text(json.dumps(roles, ensure_ascii=False), encoding="utf-8")

    def connectors(self, *connectors):
        (self.folder / "connectors.json").write_text(
            json.dumps({"connectors": list(connectors)}, ensure_ascii=False), encoding="utf-8")

    def between(self, flow, node, xml):
        """Puts a node with this id into the middle of a sequence flow; xml may hold more nodes."""
        text = self.bpmn.read_text(encoding="utf-8")
        found = re.search(r'<bpmn:sequenceFlow id="%s" sourceRef="(\w+)" targetRef="(\w+)" />' % flow, text)
        source, target = found.groups()
        text = text.replace(found.group(0), xml + FLOW.format(flow, source, node) + FLOW.format(flow + "_2", node, target))
        text = text.replace(f"<bpmn:incoming>{flow}</bpmn:incoming>", f"<bpmn:incoming>{flow}_2</bpmn:incoming>", 1)
        ends = f"<bpmn:incoming>{flow}</bpmn:incoming><bpmn:outgoing>{flow}_2</bpmn:outgoing>"
        tag = re.search(r'<bpmn:(\w+) id="%s"[^>]*?(/?)>' % node, text)
        whole = tag.group(0)[:-2] + f">{ends}</bpmn:{tag.group(1)}>" if tag.group(2) else tag.group(0) + ends
        text = text.replace(tag.group(0), whole, 1)
        self.bpmn.write_text(text, encoding="utf-8")

    def root(self, xml):
        """Adds messages, errors … before the process."""
        text = self.bpmn.read_text(encoding="utf-8")
        self.bpmn.write_text(text.replace("<bpmn:process ", xml + "<bpmn:process ", 1), encoding="utf-8")

    def remind(self):
        """Every case that is handled has a timer, which changes nothing when it fires."""
        text = self.bpmn.read_text(encoding="utf-8")
        self.bpmn.write_text(text.replace("<bpmn:sequenceFlow ", REMINDER + "<bpmn:sequenceFlow ", 1), encoding="utf-8")
