// The C library's memory allocator, whose settings Swift's own module of the library leaves out.
#ifndef TRACEQ_CMALLOC_SHIM_H
#define TRACEQ_CMALLOC_SHIM_H

#include <malloc.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#define TRACEQ_HEAPS_MAX 16

struct traceq_heap_gate {
    sem_t arrived;
    sem_t open;
};

static inline void *traceq_release_heap_top(void *argument) {
    struct traceq_heap_gate *gate = (struct traceq_heap_gate *)argument;
    // Large enough that the library looks at the top of the heap when it is freed.
    void *volatile block = malloc(256 << 10);
    sem_post(&gate->arrived);
    while (sem_wait(&gate->open) != 0) {
    }
    free(block);
    return NULL;
}

// Has the library look at the tops of its heaps, and give back what M_TRIM_THRESHOLD allows: malloc_trim leaves the
// tops of all but the first as they are. It looks when a large block is freed by a thread that uses the heap; threads
// that live at the same time get the heaps in turn.
static inline void traceq_release_heap_tops(int heaps) {
    pthread_t threads[TRACEQ_HEAPS_MAX];
    struct traceq_heap_gate gate;
    int started = 0;
    sem_init(&gate.arrived, 0, 0);
    sem_init(&gate.open, 0, 0);
    while (started < heaps && started < TRACEQ_HEAPS_MAX
           && pthread_create(&threads[started], NULL, traceq_release_heap_top, &gate) == 0) {
        started++;
    }
    for (int i = 0; i < started; i++) {
        while (sem_wait(&gate.arrived) != 0) {
        }
    }
    for (int i = 0; i < started; i++) sem_post(&gate.open);
    for (int i = 0; i < started; i++) pthread_join(threads[i], NULL);
    sem_destroy(&gate.arrived);
    sem_destroy(&gate.open);
}

#endif
