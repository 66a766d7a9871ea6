export type { Attribute, Attributes, FloatAttribute, GraphAttribute } from './attribute.ts';
export { elementType } from './element-type.ts';
export { type ExternalData, placeExternalData, readExternalData } from './external-data.ts';
export { Graph, MICROSOFT, type NodeOptions } from './graph.ts';
export { modelBytes } from './model.ts';
export type { TensorInfo } from './tensor-proto.ts';
export type { ValueInfo } from './value-info.ts';
