/* Sets of small numbers: antenna, spw, field and intent ids. As text they are CASA's ranges: 0~3,7.
 */
#ifndef CAL_CALLIB_IDSET_H
#define CAL_CALLIB_IDSET_H

#include "base/buf.h"
#include <stdbool.h>
#include <stdint.h>

/* Ids 0..size-1, one bit each. {0} is the empty set of no ids. Two sets that meet in an operation
 * have the same size. The memory belongs to the holder: cal_idset_free(). */
typedef struct cal_idset {
    uint64_t *word;
    int size;
} cal_idset;

cal_idset cal_idset_make(int size); /* empty */
cal_idset cal_idset_copy(const cal_idset *set);
void cal_idset_free(cal_idset *set);

static inline int cal_idset_words(const cal_idset *set)
{
    return (set->size + 63) / 64;
}
static inline bool cal_idset_has(const cal_idset *set, int id)
{
    return id >= 0 && id < set->size && (set->word[id / 64] >> (id % 64) & 1);
}
static inline void cal_idset_add(cal_idset *set, int id)
{
    set->word[id / 64] |= (uint64_t)1 << (id % 64);
}

int cal_idset_count(const cal_idset *set);
bool cal_idset_empty(const cal_idset *set);
bool cal_idset_equal(const cal_idset *a, const cal_idset *b);
bool cal_idset_within(const cal_idset *a, const cal_idset *b); /* every id of a is in b */
bool cal_idset_meets(const cal_idset *a, const cal_idset *b);  /* some id is in both */
void cal_idset_unite(cal_idset *into, const cal_idset *other);
void cal_idset_intersect(cal_idset *into, const cal_idset *other);
void cal_idset_subtract(cal_idset *from, const cal_idset *other);
/* The smallest id that is at least `from`; -1 if there is none. */
int cal_idset_next(const cal_idset *set, int from);

/* "0~3,7"; runs of two are ranges too, as the pipeline writes them. */
void cal_idset_print(const cal_idset *set, cal_buf *out);
/* The same back, into an empty set; false for anything else, and for ids that do not fit in. */
bool cal_idset_parse(const char *text, cal_idset *set);

/* for (CAL_IDS(id, &set)) */
#define CAL_IDS(id, set)                                                                           \
    int id = cal_idset_next(set, 0);                                                               \
    (id) >= 0;                                                                                     \
    (id) = cal_idset_next(set, (id) + 1)

#endif
