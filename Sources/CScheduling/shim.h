// The kernel's scheduler, where the C library has no function for it: glibc has sched_setattr from 2.41 on.
#ifndef TRACEQ_CSCHEDULING_SHIM_H
#define TRACEQ_CSCHEDULING_SHIM_H

#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

// As sched_setattr(2) describes it, in its first version.
struct traceq_sched_attr {
    uint32_t size;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime;
    uint64_t deadline;
    uint64_t period;
};

// Sets how long the calling thread runs at a stretch while others wait for the processor, in nanoseconds (Linux 6.12 and
// later take 100,000 to 100,000,000); 0 for what the system has chosen. All else stays as it is. Older kernels change
// nothing, and a filter of system calls may refuse it: nothing depends on it but how soon others get their turn.
// Returns what it was before, or 0 where that is not known.
static inline uint64_t traceq_set_slice(uint64_t nanos) {
    struct traceq_sched_attr attr = {0};
    if (syscall(SYS_sched_getattr, 0, &attr, sizeof attr, 0) != 0) return 0;
    uint64_t before = attr.runtime;
    attr.size = sizeof attr;
    attr.flags = 0;
    attr.runtime = nanos;
    (void)syscall(SYS_sched_setattr, 0, &attr, 0);
    return before;
}

#endif
