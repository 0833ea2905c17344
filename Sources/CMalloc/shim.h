// The C library's memory allocator, whose settings Swift's own module of the library leaves out.
#ifndef TRACEQ_CMALLOC_SHIM_H
#define TRACEQ_CMALLOC_SHIM_H

#include <malloc.h>

#endif
