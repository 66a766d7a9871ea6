export { type Attribute, type Attributes, type FloatAttribute, float } from './attribute.ts';
export { elementType } from './element-type.ts';
export { Graph, MICROSOFT, type NodeOptions } from './graph.ts';
export { modelBytes } from './model.ts';
export type { TensorInfo } from './tensor-proto.ts';
export type { ValueInfo } from './value-info.ts';
