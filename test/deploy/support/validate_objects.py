"""Validates Kubernetes objects strictly: unknown fields are faults.

Reads a JSON array of objects from stdin, takes versions of Kubernetes as arguments, and prints a JSON array of
{"version", "object", "path", "message"}: the first fault of each object in each version.
"""
import functools
import json
import sys

from kubernetes_validate import utils

# A schema is read for each object otherwise.
utils.schema_contents = functools.lru_cache(maxsize=None)(utils.schema_contents)

faults = []
for thing in json.load(sys.stdin):
    name = f"{thing['kind']} {thing['metadata']['name']}"
    for version in sys.argv[1:]:
        try:
            used = utils.validate(thing, version, strict=True)
            if used != version:
                faults.append({"version": version, "object": name, "path": "", "message": f"checked against {used} instead"})
        except utils.ValidationError as error:
            path = ".".join(str(part) for part in error.path)
            faults.append({"version": version, "object": name, "path": path, "message": error.message})
        except utils.SchemaNotFoundError as error:
            faults.append({"version": version, "object": name, "path": "", "message": error.message})
json.dump(faults, sys.stdout)
