/* A target needs a file to compile. */
typedef int nothing;
