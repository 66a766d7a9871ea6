"""Sends a request with three wrong fields and prints what the status details say.  usage: read_violations.py HOST:PORT

Runs in a folder with the generated janus.v1 modules.
"""
import json
import os
import sys

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

sys.path.insert(0, os.getcwd())
from janus.v1 import janus_service_pb2 as pb  # noqa: E402
from janus.v1 import janus_service_pb2_grpc as rpc  # noqa: E402

mesh = rpc.JanusServiceStub(grpc.insecure_channel(sys.argv[1]))
try:
    list(mesh.GenerateImage(pb.GenerateImageRequest(prompt="", width=100, guidance_weight=float("nan")), metadata=[("x-request-id", "from-python")]))
except grpc.RpcError as error:
    said = {"code": error.code().name}
    for detail in rpc_status.from_call(error).details:
        info, bad, request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RequestInfo()
        if detail.Unpack(info):
            said |= {"domain": info.domain, "reason": info.reason}
        elif detail.Unpack(bad):
            said["fields"] = sorted(violation.field for violation in bad.field_violations)
        elif detail.Unpack(request):
            said["request_id"] = request.request_id
    print(json.dumps(said))
