/* Short vectors of a fixed length: the compiler makes of them what the machine has, and the order
 * of every sum is the same on all. Functions marked CAL_VECTOR_CLONES are compiled for wider
 * machines as well, the right one is chosen when the program starts; sums and products are not
 * fused, so results do not depend on it. */
#ifndef CAL_BASE_VECTOR_H
#define CAL_BASE_VECTOR_H

/* Eight at a time; may be read straight from arrays that are aligned to 32 bytes. */
typedef float cal_v8f __attribute__((vector_size(32), may_alias));
typedef int cal_v8i __attribute__((vector_size(32), may_alias));
typedef double cal_v4d __attribute__((vector_size(32), may_alias));
enum { CAL_VECTOR_LANES = 8 };

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__SANITIZE_ADDRESS__) &&                  \
    !defined(__SANITIZE_THREAD__)
#define CAL_VECTOR_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define CAL_VECTOR_CLONES
#endif

#endif
