/**
 * How glibc hands out the transformer's memory (GLIBC_TUNABLES, read before a process begins): huge pages for the packed weights, which
 * every step reads from end to end, and one arena, so that each thread does not keep what it freed. Other C libraries do not read it.
 *
 * @source glibc manual, "Memory Allocation Tunables"
 */
export const ALLOCATOR_TUNABLES = 'glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1';
