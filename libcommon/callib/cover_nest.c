/* Covering by nesting: from the outermost axis inwards, values whose slices are compatible are
 * joined. Two slices are compatible where no cell of the list in one stands against a cell of
 * another list in the other; what has no data fits to both. */
#include "base/mem.h"
#include "callib/cover.h"
#include <string.h>

enum { AXES = 4 };

typedef struct nesting {
    const cal_cover *cover;
    cal_idset hull[AXES];   /* by axis: not ours */
    int axis[AXES];         /* from the outermost inwards */
    int size[AXES];         /* values of the hull at each level */
    int *value[AXES];       /* the class of each */
    size_t words[AXES];     /* of the slice of one value at each level */
    cal_idset chosen[AXES]; /* by axis: the values that are joined now, as classes */
    cal_boxes boxes;
} nesting;

static cal_idset *box_axis(cal_box *box, int axis)
{
    cal_idset *set[] = {&box->antenna, &box->spw, &box->field, &box->intent};
    return set[axis];
}

static bool meets(const uint64_t *a, const uint64_t *b, size_t words)
{
    for (size_t w = 0; w < words; w++)
        if (a[w] & b[w])
            return true;
    return false;
}

static bool nothing(const uint64_t *a, size_t words)
{
    for (size_t w = 0; w < words; w++)
        if (a[w])
            return false;
    return true;
}

static void unite(uint64_t *into, const uint64_t *other, size_t words)
{
    for (size_t w = 0; w < words; w++)
        into[w] |= other[w];
}

/* ---- the bits ---- */

typedef struct bit_block {
    uint64_t *in, *out; /* [level 0][level 1][level 2][words of level 3] */
} bit_block;

/* The bit of level 3 and the word, for the classes at[axis]. */
static size_t place(const nesting *nest, int *const *index, const int at[AXES], int *bit)
{
    size_t word = 0;
    for (int level = 0; level < AXES - 1; level++)
        word += nest->words[level] * index[level][at[nest->axis[level]]];
    int last = index[AXES - 1][at[nest->axis[AXES - 1]]];
    *bit = last % 64;
    return word + last / 64;
}

static void fill_row(const nesting *nest, int *const *index, bit_block *bits, int at[AXES])
{
    const cal_cover *cover = nest->cover;
    int pattern = cal_cube_at(cover->cube, at[1], at[2], at[3]);
    if (pattern < 0 && !cover->strict)
        return;
    for (CAL_IDS(antenna, &cover->hull.antenna)) {
        at[0] = antenna;
        int bit;
        size_t word = place(nest, index, at, &bit);
        bool in = pattern >= 0 && cal_idset_has(&cover->in[pattern], antenna);
        (in ? bits->in : bits->out)[word] |= (uint64_t)1 << bit;
    }
}

static bit_block bits_make(const nesting *nest)
{
    const cal_box *hull = &nest->cover->hull;
    int *index[AXES]; /* class to value of the level */
    for (int level = 0; level < AXES; level++) {
        index[level] = CAL_NEW_ARRAY(int, nest->hull[nest->axis[level]].size);
        for (int i = 0; i < nest->size[level]; i++)
            index[level][nest->value[level][i]] = i;
    }
    size_t words = nest->words[0] * nest->size[0];
    bit_block bits = {CAL_NEW_ARRAY(uint64_t, words), CAL_NEW_ARRAY(uint64_t, words)};
    for (CAL_IDS(spw, &hull->spw))
        for (CAL_IDS(field, &hull->field))
            for (CAL_IDS(intent, &hull->intent))
                fill_row(nest, index, &bits, (int[AXES]){0, spw, field, intent});
    for (int level = 0; level < AXES; level++)
        free(index[level]);
    return bits;
}

/* ---- joining ---- */

static void add_box(nesting *nest, const uint64_t *in)
{
    cal_idset *last = &nest->chosen[nest->axis[AXES - 1]];
    memset(last->word, 0, cal_idset_words(last) * sizeof *last->word);
    for (int i = 0; i < nest->size[AXES - 1]; i++)
        if (in[i / 64] >> (i % 64) & 1)
            cal_idset_add(last, nest->value[AXES - 1][i]);
    cal_box box = {cal_idset_copy(&nest->chosen[0]), cal_idset_copy(&nest->chosen[1]),
                   cal_idset_copy(&nest->chosen[2]), cal_idset_copy(&nest->chosen[3])};
    cal_boxes_add(&nest->boxes, box);
}

/* Puts the values of a level into groups, first fit; group[value] is -1 for those without cells of the list. in and out of the
 * groups are united slices. Returns the number of groups. */
static int join_values(const nesting *nest, int level, const bit_block *slices, bit_block *groups,
                       int *group)
{
    size_t words = nest->words[level];
    int count = 0;
    for (int i = 0; i < nest->size[level]; i++) {
        const uint64_t *in = slices->in + i * words, *out = slices->out + i * words;
        group[i] = -1;
        if (nothing(in, words))
            continue;
        int g = 0;
        while (g < count && (meets(groups->in + g * words, out, words) ||
                             meets(groups->out + g * words, in, words)))
            g++;
        count += g == count;
        group[i] = g;
        unite(groups->in + g * words, in, words);
        unite(groups->out + g * words, out, words);
    }
    return count;
}

static void descend(nesting *nest, int level, const bit_block *slices)
{
    if (level == AXES - 1) {
        add_box(nest, slices->in);
        return;
    }
    size_t words = nest->words[level];
    bit_block groups = {CAL_NEW_ARRAY(uint64_t, nest->size[level] * words),
                        CAL_NEW_ARRAY(uint64_t, nest->size[level] * words)};
    int *group = CAL_NEW_ARRAY(int, nest->size[level]);
    int count = join_values(nest, level, slices, &groups, group);
    cal_idset *chosen = &nest->chosen[nest->axis[level]];
    for (int g = 0; g < count; g++) {
        memset(chosen->word, 0, cal_idset_words(chosen) * sizeof *chosen->word);
        for (int i = 0; i < nest->size[level]; i++)
            if (group[i] == g)
                cal_idset_add(chosen, nest->value[level][i]);
        descend(nest, level + 1, &(bit_block){groups.in + g * words, groups.out + g * words});
    }
    free(group);
    free(groups.in);
    free(groups.out);
}

cal_boxes cal_cover_nest(const cal_cover *cover, const int axis[4])
{
    cal_box hull = cover->hull;
    nesting nest = {.cover = cover};
    for (int level = AXES - 1; level >= 0; level--) {
        cal_idset *set = box_axis(&hull, axis[level]);
        nest.axis[level] = axis[level];
        nest.hull[axis[level]] = *set;
        nest.chosen[axis[level]] = cal_idset_make(set->size);
        nest.value[level] = CAL_NEW_ARRAY(int, cal_idset_count(set));
        for (CAL_IDS(id, set))
            nest.value[level][nest.size[level]++] = id;
        nest.words[level] = level == AXES - 1   ? 0
                            : level == AXES - 2 ? (size_t)(nest.size[level + 1] + 63) / 64
                                                : nest.words[level + 1] * nest.size[level + 1];
    }
    bit_block all = bits_make(&nest);
    descend(&nest, 0, &all);
    free(all.in);
    free(all.out);
    for (int level = 0; level < AXES; level++) {
        free(nest.value[level]);
        cal_idset_free(&nest.chosen[level]);
    }
    return nest.boxes;
}
