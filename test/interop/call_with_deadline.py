"""Asks about a picture and draws, both at once, with 2 s for each, and prints how they ended.  usage: call_with_deadline.py HOST:PORT PICTURE

Runs in a folder with the generated janus.v1 modules.
"""
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc

sys.path.insert(0, os.getcwd())
from janus.v1 import janus_service_pb2 as pb  # noqa: E402
from janus.v1 import janus_service_pb2_grpc as rpc  # noqa: E402

SECONDS = 2

mesh = rpc.JanusServiceStub(grpc.insecure_channel(sys.argv[1]))
with open(sys.argv[2], "rb") as file:
    picture = pb.Part(picture=pb.Picture(data=file.read()))
question = pb.Message(role=pb.ROLE_USER, parts=[picture, pb.Part(text="Describe the image.")])


def ended(call, request, request_id):
    try:
        list(call(request, timeout=SECONDS, metadata=[("x-request-id", request_id)]))
        return "OK"
    except grpc.RpcError as error:
        return error.code().name


with ThreadPoolExecutor() as pool:
    chat = pool.submit(ended, mesh.Chat, pb.ChatRequest(messages=[question], temperature=100, seed=1, max_tokens=200), "late-chat")
    drawing = pool.submit(ended, mesh.GenerateImage, pb.GenerateImageRequest(prompt="a red circle", samples=2), "late-drawing")
    print(json.dumps({"chat": chat.result(), "drawing": drawing.result()}))
