export { FinishReason, ImageFormat, PreviewMode, Role } from '@janus-mesh/contracts';
export { type CallOptions, Code, type ConnectOptions, MeshError } from '@janus-mesh/rpc';
export { collectPictures, collectText } from './collect.ts';
export { type ChatInput, connectMesh, type DrawingInput, type MeshClient, type PromptInput } from './connect-mesh.ts';
export type { ChatEvent, DrawingEvent } from './events.ts';
export { assistantMessage, picture, userMessage } from './messages.ts';
