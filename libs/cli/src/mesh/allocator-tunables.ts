import type { ServiceName } from './service-process.ts';

const ONE_ARENA = 'glibc.malloc.arena_max=1';

/**
 * How glibc hands out a service's memory (GLIBC_TUNABLES, read before a process begins): from one arena, as each thread's own would keep
 * what it freed; the transformer's in huge pages, since every step reads the packed weights from end to end. Other C libraries do not
 * read it.
 *
 * @source glibc manual, "Memory Allocation Tunables"
 */
export const ALLOCATOR_TUNABLES: Readonly<Record<ServiceName, string>> = {
  orchestrator: ONE_ARENA,
  'vision-encoder': ONE_ARENA,
  'image-codec': ONE_ARENA,
  transformer: `glibc.malloc.hugetlb=1:${ONE_ARENA}`
};
