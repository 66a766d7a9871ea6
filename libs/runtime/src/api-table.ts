import { functionAt, type NativeFunction, pointerAt } from './ffi.ts';

/** Version of the table we ask for. The table is append-only: every later library serves it. */
export const API_VERSION = 20;

/**
 * The functions of the C API we use: index in the struct OrtApi, C signature. An index is for good, as members are only ever appended.
 * Functions that return `void *` return an OrtStatus: null is success.
 *
 * @source onnxruntime_c_api.h, struct OrtApi: the order of its members
 */
const FUNCTIONS = {
  getErrorCode: [1, 'int (void *status)'],
  getErrorMessage: [2, 'const char *(void *status)'],
  run: [
    9,
    'void *(void *session, void *options, void *inputNames, void *inputs, size_t inputCount, void *outputNames, size_t outputCount, void *outputs)'
  ],
  createSessionOptions: [10, 'void *(_Out_ void **options)'],
  setOptimizedModelFilePath: [11, 'void *(void *options, void *path)'],
  enableProfiling: [14, 'void *(void *options, void *prefix)'],
  disableMemoryPattern: [17, 'void *(void *options)'],
  createRunOptions: [39, 'void *(_Out_ void **options)'],
  runOptionsSetTerminate: [46, 'void *(void *options)'],
  runOptionsUnsetTerminate: [47, 'void *(void *options)'],
  createTensorWithData: [
    49,
    'void *(void *memoryInfo, void *data, size_t bytes, void *dims, size_t rank, int elementType, _Out_ void **value)'
  ],
  createCpuMemoryInfo: [69, 'void *(int allocatorType, int memoryType, _Out_ void **memoryInfo)'],
  releaseEnvironment: [92, 'void (void *environment)'],
  releaseStatus: [93, 'void (void *status)'],
  releaseMemoryInfo: [94, 'void (void *memoryInfo)'],
  releaseSession: [95, 'void (void *session)'],
  releaseValue: [96, 'void (void *value)'],
  releaseRunOptions: [97, 'void (void *options)'],
  releaseSessionOptions: [100, 'void (void *options)'],
  createEnvironment: [119, 'void *(int logSeverity, const char *logId, void *threading, _Out_ void **environment)'], // CreateEnvWithGlobalThreadPools
  disablePerSessionThreads: [120, 'void *(void *options)'],
  createThreadingOptions: [121, 'void *(_Out_ void **threading)'],
  releaseThreadingOptions: [122, 'void (void *threading)'],
  getAvailableProviders: [125, 'void *(_Out_ void **names, void *count)'],
  releaseAvailableProviders: [126, 'void *(void *names, int count)'],
  addSessionConfigEntry: [130, 'void *(void *options, const char *key, const char *value)'],
  createAndRegisterAllocator: [144, 'void *(void *environment, void *memoryInfo, void *arenaConfig)'],
  setGlobalIntraOpThreads: [147, 'void *(void *threading, int threads)'],
  setGlobalSpinControl: [149, 'void *(void *threading, int spin)'],
  addInitializer: [150, 'void *(void *options, const char *name, void *value)'],
  addRunConfigEntry: [165, 'void *(void *options, const char *key, const char *value)'],
  createPrepackedWeights: [166, 'void *(_Out_ void **container)'],
  releasePrepackedWeights: [167, 'void (void *container)'],
  createSessionFromArray: [
    169, // CreateSessionFromArrayWithPrepackedWeightsContainer
    'void *(void *environment, void *model, size_t modelBytes, void *options, void *prepacked, _Out_ void **session)'
  ],
  appendTensorRt: [170, 'void *(void *options, void *providerOptions)'], // SessionOptionsAppendExecutionProvider_TensorRT_V2
  createTensorRtOptions: [171, 'void *(_Out_ void **providerOptions)'],
  updateTensorRtOptions: [172, 'void *(void *providerOptions, void *keys, void *values, size_t count)'],
  releaseTensorRtOptions: [174, 'void (void *providerOptions)'],
  appendCuda: [204, 'void *(void *options, void *providerOptions)'], // SessionOptionsAppendExecutionProvider_CUDA_V2
  createCudaOptions: [205, 'void *(_Out_ void **providerOptions)'],
  updateCudaOptions: [206, 'void *(void *providerOptions, void *keys, void *values, size_t count)'],
  releaseCudaOptions: [208, 'void (void *providerOptions)'],
  addExternalInitializers: [210, 'void *(void *options, void *names, void *values, size_t count)'],
  appendProvider: [216, 'void *(void *options, const char *name, void *keys, void *values, size_t count)'], // SessionOptionsAppendExecutionProvider
  setGlobalThreadAffinity: [227, 'void *(void *threading, const char *affinities)'] // SetGlobalIntraOpThreadAffinity
} as const satisfies Record<string, readonly [number, string]>;

/** ONNX Runtime's C functions, bound. */
export type OrtApi = Readonly<Record<keyof typeof FUNCTIONS, NativeFunction>>;

/** Binds the functions of an OrtApi struct. @param table its address, as GetApi(API_VERSION) returned it */
export function bindApi(table: bigint): OrtApi {
  const bound = Object.entries(FUNCTIONS).map(([name, [index, signature]]) => {
    const address = pointerAt(table, index * 8);
    return [name, functionAt(address as bigint, signature)];
  });
  return Object.fromEntries(bound) as OrtApi;
}
