#include "callib/idset.h"

#include "base/mem.h"
#include <ctype.h>
#include <string.h>

cal_idset cal_idset_make(int size)
{
    cal_idset set = {.size = size};
    set.word = CAL_NEW_ARRAY(uint64_t, cal_idset_words(&set));
    return set;
}

cal_idset cal_idset_copy(const cal_idset *set)
{
    cal_idset copy = cal_idset_make(set->size);
    cal_idset_unite(&copy, set);
    return copy;
}

void cal_idset_free(cal_idset *set)
{
    free(set->word);
    *set = (cal_idset){0};
}

int cal_idset_count(const cal_idset *set)
{
    int count = 0;
    for (int i = 0; i < cal_idset_words(set); i++)
        count += __builtin_popcountll(set->word[i]);
    return count;
}

bool cal_idset_empty(const cal_idset *set)
{
    return cal_idset_next(set, 0) < 0;
}

bool cal_idset_equal(const cal_idset *a, const cal_idset *b)
{
    return a->size == b->size &&
           !memcmp(a->word, b->word, (size_t)cal_idset_words(a) * sizeof(uint64_t));
}

bool cal_idset_within(const cal_idset *a, const cal_idset *b)
{
    for (int i = 0; i < cal_idset_words(a); i++)
        if (a->word[i] & ~b->word[i])
            return false;
    return true;
}

bool cal_idset_meets(const cal_idset *a, const cal_idset *b)
{
    for (int i = 0; i < cal_idset_words(a); i++)
        if (a->word[i] & b->word[i])
            return true;
    return false;
}

void cal_idset_unite(cal_idset *into, const cal_idset *other)
{
    for (int i = 0; i < cal_idset_words(into); i++)
        into->word[i] |= other->word[i];
}

void cal_idset_intersect(cal_idset *into, const cal_idset *other)
{
    for (int i = 0; i < cal_idset_words(into); i++)
        into->word[i] &= other->word[i];
}

void cal_idset_subtract(cal_idset *from, const cal_idset *other)
{
    for (int i = 0; i < cal_idset_words(from); i++)
        from->word[i] &= ~other->word[i];
}

int cal_idset_next(const cal_idset *set, int from)
{
    for (int i = from / 64; i < cal_idset_words(set); i++) {
        uint64_t word = set->word[i];
        if (i == from / 64)
            word &= ~(uint64_t)0 << (from % 64);
        if (word)
            return i * 64 + __builtin_ctzll(word);
    }
    return -1;
}

void cal_idset_print(const cal_idset *set, cal_buf *out)
{
    const char *comma = "";
    for (int id = cal_idset_next(set, 0); id >= 0;) {
        int last = id;
        while (cal_idset_has(set, last + 1))
            last++;
        cal_buf_addf(out, last > id ? "%s%d~%d" : "%s%d", comma, id, last);
        comma = ",";
        id = cal_idset_next(set, last + 1);
    }
}

/* A number of at most 9 digits; -1 for anything else. */
static int read_id(const char **at)
{
    int id = 0, digits = 0;
    for (; isdigit((unsigned char)**at); (*at)++, digits++)
        if (digits < 9)
            id = id * 10 + (**at - '0');
    return digits && digits <= 9 ? id : -1;
}

bool cal_idset_parse(const char *text, cal_idset *set)
{
    if (!*text)
        return true;
    for (const char *at = text;; at++) {
        int first = read_id(&at), last = first;
        if (*at == '~') {
            at++;
            last = read_id(&at);
        }
        if (first < 0 || last < first || last >= set->size || (*at && *at != ','))
            return false;
        for (int id = first; id <= last; id++)
            cal_idset_add(set, id);
        if (!*at)
            return true;
    }
}
