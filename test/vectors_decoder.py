# The wire (PROTOCOL.md) as a board library reads it: plain MicroPython on the firmware's own json. It exists to prove that
# the vectors mean the same to both ends; it is run by vectors-micropython.test.ts.
import json

LINE_BYTES = 8192
NAME_LENGTH = 128
METRICS = 256
DEPTH = 8
BOOT_LENGTH = 64
ABSOLUTE_FROM = 1 << 28  # seconds: an earlier SenML time is relative (RFC 8428, section 4.5.3)

INVALID_REQUEST = -32600
INVALID_PARAMS = -32602


class Lines:
    """Bytes of a stream in, whole lines out."""

    def __init__(self):
        self._rest = b""
        self._discarding = False
        self.too_long = 0

    def push(self, data):
        parts = (self._rest + data).split(b"\n")
        self._rest = parts.pop()
        lines = []
        for part in parts:
            if self._discarding:
                self._discarding = False
                continue
            if part.endswith(b"\r"):
                part = part[:-1]
            if len(part) > LINE_BYTES:
                self.too_long += 1
            elif part:
                lines.append(part)
        if len(self._rest) > LINE_BYTES + 1:
            if not self._discarding:
                self.too_long += 1
            self._discarding = True
            self._rest = b""
        return lines


def character_at(data, at):
    """Bytes of the UTF-8 character at `at`, 0 where there is none (Unicode 15, table 3-7)."""
    lead = data[at]
    if lead < 0x80:
        return 1
    length = 2 if 0xC2 <= lead <= 0xDF else 3 if 0xE0 <= lead <= 0xEF else 4 if 0xF0 <= lead <= 0xF4 else 0
    low, high = {0xE0: (0xA0, 0xBF), 0xED: (0x80, 0x9F), 0xF0: (0x90, 0xBF), 0xF4: (0x80, 0x8F)}.get(lead, (0x80, 0xBF))
    if at + length > len(data):
        return 0
    for i in range(1, length):
        if not low <= data[at + i] <= high:
            return 0
        low, high = 0x80, 0xBF
    return length


def read_text(data):
    """The text, and whether all of it was UTF-8; other bytes are shown as \\xNN."""
    shown = []
    well_formed = True
    at = 0
    while at < len(data):
        length = character_at(data, at)
        if length:
            shown.append(data[at : at + length].decode())
        else:
            well_formed = False
            shown.append("\\x%02x" % data[at])
        at += length or 1
    return "".join(shown), well_formed


def decode(data):
    text, well_formed = read_text(data)
    if not well_formed:
        return {"kind": "text", "text": text, "utf8": False}
    as_text = {"kind": "text", "text": text}
    if text.strip()[:1] not in ("{", "["):
        return as_text
    try:
        value = json.loads(text)
    except ValueError:
        return as_text
    if isinstance(value, dict):
        return control(value) if "jsonrpc" in value else one_sample(value)
    if not value or not all(isinstance(element, dict) for element in value):
        return as_text
    if any("jsonrpc" in element for element in value):
        return refused("BATCH_REFUSED", INVALID_REQUEST, None)
    return pack(value)


def refused(reason, code, id):
    return {"kind": "refused", "reason": reason, "code": code, "id": id}


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_id(value):
    return value is None or isinstance(value, str) or is_number(value)


def control(value):
    id = value.get("id")
    bad = refused("BAD_JSONRPC", INVALID_REQUEST, id if is_id(id) else None)
    if value["jsonrpc"] != "2.0" or not is_id(id):
        return bad
    if "method" in value:
        if not isinstance(value["method"], str):
            return bad
        message = {"kind": "request", "id": id} if "id" in value else {"kind": "notification"}
        message["method"] = value["method"]
        if "params" in value:
            if not isinstance(value["params"], (list, dict)):
                return bad
            message["params"] = value["params"]
        return message
    if "id" not in value or ("error" in value) == ("result" in value):
        return bad
    if "result" in value:
        return {"kind": "response", "id": id, "result": value["result"]}
    error = value["error"]
    if not isinstance(error, dict) or not is_number(error.get("code")) or not isinstance(error.get("message"), str):
        return bad
    return {"kind": "response", "id": id, "error": error}


def skip(skipped, reason):
    skipped[reason] = skipped.get(reason, 0) + 1


def is_name(name, longest):
    return 0 < len(name) <= longest and not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in name)


def put(values, name, value):
    if len(name) > NAME_LENGTH:
        return "NAME_TOO_LONG"
    if not is_name(name, NAME_LENGTH):
        return "BAD_NAME"
    if len(values) >= METRICS and name not in values:
        return "TOO_MANY_METRICS"
    values[name] = value


def one_sample(record):
    sample = {"values": {}}
    skipped = {}
    for key, value in record.items():
        if key[:1] != "$":
            flatten(sample["values"], key, value, 1, skipped)
        elif value is not None:
            natural = isinstance(value, int) and not isinstance(value, bool) and value >= 0
            if key in ("$t", "$seq") and natural:
                sample[key[1:]] = value
            elif key == "$boot" and (natural or isinstance(value, str) and is_name(value, BOOT_LENGTH)):
                sample["boot"] = str(value)
            else:
                skip(skipped, "BAD_KEY")
    return {"kind": "samples", "samples": [sample], "skipped": skipped}


def flatten(values, name, value, depth, skipped):
    if isinstance(value, (dict, list)):
        if depth >= DEPTH:
            skip(skipped, "TOO_DEEP")
            return
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            flatten(values, "%s.%s" % (name, key), inner, depth + 1, skipped)
    elif value is not None:
        reason = put(values, name, value)
        if reason:
            skip(skipped, reason)


def allowed(record):
    for field, value in record.items():
        if field.endswith("_"):
            return False
        if value is None:
            continue
        if field in ("bn", "bu", "n", "u", "vs", "vd") and not isinstance(value, str):
            return False
        if field in ("bt", "bv", "bs", "bver", "v", "s", "t", "ut") and not is_number(value):
            return False
        if field == "vb" and not isinstance(value, bool):
            return False
    return record.get("bver", 10) <= 10


def senml_name(name):
    if not name or not all(c.isalpha() or c.isdigit() or c in "-:./_" for c in name):
        return False
    return name[0].isalpha() or name[0].isdigit()


def pack(records):
    base = {"bn": "", "bu": "", "bt": 0, "bv": 0, "bs": 0}
    samples = []
    latest = {}  # time -> the sample that still grows
    skipped = {}
    for record in records:
        if not allowed(record):
            return refused("BAD_SENML", INVALID_PARAMS, None)
        for field in base:
            base[field] = record.get(field, base[field])
        entries = []
        if "v" in record:
            entries.append(("", base["bv"] + record["v"]))
        else:
            for field in ("vs", "vd", "vb"):
                if field in record:
                    entries.append(("", record[field]))
                    break
        if "s" in record:
            entries.append((".sum", base["bs"] + record["s"]))
        if not entries:
            continue
        name = base["bn"] + record.get("n", "")
        if not senml_name(name):
            skip(skipped, "BAD_NAME")
            continue
        unit = record.get("u", base["bu"])
        time = base["bt"] + record.get("t", 0)
        for suffix, value in entries:
            sample = latest.get(time)
            if sample is None or name + suffix in sample["values"]:
                sample = {"values": {}}
                ms = round(time * 1000)
                if time >= ABSOLUTE_FROM:
                    sample["t"] = ms
                elif ms:
                    sample["relative"] = ms
                latest[time] = sample
                samples.append(sample)
            reason = put(sample["values"], name + suffix, value)
            if reason:
                skip(skipped, reason)
            elif unit:
                sample.setdefault("units", {})[name + suffix] = unit + ("s" if suffix else "")
    return {"kind": "samples", "samples": [sample for sample in samples if sample["values"]], "skipped": skipped}
