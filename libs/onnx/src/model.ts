import { type Graph, MICROSOFT } from './graph.ts';
import { ProtoWriter } from './proto-writer.ts';

const IR_VERSION = 10;
const OPSET = 21;

const MODEL = { irVersion: 1, producerName: 2, graph: 7, opsetImport: 8 } as const;

/** Serializes a graph as an ONNX ModelProto: IR 10, operators of ONNX's opset 21 and of ONNX Runtime's own domain. */
export function modelBytes(graph: Graph): Uint8Array {
  const opset = (domain: string, version: number) => new ProtoWriter().string(1, domain).int(2, version);
  return new ProtoWriter()
    .int(MODEL.irVersion, IR_VERSION)
    .string(MODEL.producerName, 'janus-mesh')
    .message(MODEL.graph, graph.toProto())
    .message(MODEL.opsetImport, opset('', OPSET))
    .message(MODEL.opsetImport, opset(MICROSOFT, 1))
    .finish();
}
