"""The part of JSON Schema 2020-12 that the interface's document uses; a keyword outside it is an error, not ignored."""
import re

KNOWN = {"$ref", "type", "properties", "required", "additionalProperties", "items", "anyOf", "oneOf", "enum", "const", "pattern", "format",
         "maxLength", "minLength", "maxItems", "minimum", "maximum", "description", "title"}
FORMATS = {
    "date": re.compile(r"^\d{4}-\d{2}-\d{2}$"),
    "date-time": re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$"),
    "binary": re.compile(""),
}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def resolve(document, ref):
    assert ref.startswith("#/"), ref
    at = document
    for step in ref[2:].split("/"):
        at = at[step.replace("~1", "/").replace("~0", "~")]
    return at


def is_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def faults(document, schema, value, at="$"):
    """What does not fit, as texts; empty when all does."""
    unknown = set(schema) - KNOWN
    if unknown:
        return [f"{at}: keywords {unknown} are not known here"]
    if "$ref" in schema:
        return faults(document, resolve(document, schema["$ref"]), value, at)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            tried = [faults(document, s, value, at) for s in schema[word]]
            fitting = sum(not t for t in tried)
            if fitting == 0 or (word == "oneOf" and fitting > 1):
                return [f"{at}: {fitting} of {word} fit"] + min(tried, key=len)
    found = []
    if "type" in schema:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(is_type(value, n) for n in names):
            return [f"{at}: {value!r:.60} is not {'/'.join(names)}"]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r} is not one of {schema['enum']}")
    if isinstance(value, str):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            found.append(f"{at}: {value!r:.60} is not {schema['pattern']}")
        if "format" in schema and not FORMATS[schema["format"]].search(value):
            found.append(f"{at}: {value!r:.60} is no {schema['format']}")
        if "maxLength" in schema and len(value) > schema["maxLength"]:
            found.append(f"{at}: longer than {schema['maxLength']}")
    if isinstance(value, list):
        for i, item in enumerate(value):
            found += faults(document, schema.get("items", {}), item, f"{at}[{i}]")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        found += [f"{at}: {name} is missing" for name in schema.get("required", ()) if name not in value]
        for name, item in value.items():
            if name in properties:
                found += faults(document, properties[name], item, f"{at}.{name}")
            elif schema.get("additionalProperties") is False:
                found.append(f"{at}: {name} is not described")
    return found
