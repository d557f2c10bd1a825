/* A map is made registration by registration. Lists and patterns are kept once each (hash tables), so that an addition to a region
 * costs one look-up per triple, and work only for patterns that it meets for the first time. */
#include "callib/map.h"

#include "base/mem.h"
#include <string.h>

/* ---- tables of things that are kept once ---- */

/* Numbers of things by hash; a slot holds a number + 1. */
typedef struct number_table {
    uint32_t *slot;
    size_t size, count;
} number_table;

static uint64_t hash_words(const uint32_t *word, size_t count)
{
    uint64_t hash = 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < count; i++) {
        hash = (hash ^ word[i]) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
    }
    return hash;
}

/* ---- the maker ---- */

/* A list is another list and one calibration more. */
typedef struct list_step {
    uint32_t before;
    int calibration;
} list_step;

typedef struct maker {
    const cal_library *library;
    const cal_vis *vis;
    int antennas;
    list_step *list;
    uint32_t *pattern; /* [patterns][antennas] */
    size_t lists, patterns, pattern_room;
    number_table list_table, pattern_table;
    uint32_t *triple_pattern; /* [triples] */
} maker;

static uint64_t hash_of_list(const maker *m, size_t list)
{
    uint32_t key[2] = {m->list[list].before, (uint32_t)m->list[list].calibration};
    return hash_words(key, 2);
}

static uint64_t hash_of_pattern(const maker *m, size_t pattern)
{
    return hash_words(m->pattern + pattern * (size_t)m->antennas, (size_t)m->antennas);
}

typedef uint64_t hash_of(const maker *m, size_t number);

/* The table with room for one more: at most half full. */
static void make_room(const maker *m, number_table *table, hash_of *hash)
{
    if (2 * (table->count + 1) <= table->size)
        return;
    table->size = 256;
    while (table->size < 4 * (table->count + 1))
        table->size *= 2;
    free(table->slot);
    table->slot = CAL_NEW_ARRAY(uint32_t, table->size);
    for (size_t i = 0; i < table->count; i++) {
        size_t slot = hash(m, i) & (table->size - 1);
        while (table->slot[slot])
            slot = (slot + 1) & (table->size - 1);
        table->slot[slot] = (uint32_t)i + 1;
    }
}

static uint32_t longer_list(maker *m, uint32_t before, int calibration)
{
    number_table *table = &m->list_table;
    make_room(m, table, hash_of_list);
    uint32_t key[2] = {before, (uint32_t)calibration};
    size_t slot = hash_words(key, 2) & (table->size - 1);
    for (; table->slot[slot]; slot = (slot + 1) & (table->size - 1)) {
        const list_step *at = &m->list[table->slot[slot] - 1];
        if (at->before == before && at->calibration == calibration)
            return table->slot[slot] - 1;
    }
    m->list = cal_grow(m->list, m->lists + 1, sizeof *m->list);
    m->list[m->lists++] = (list_step){before, calibration};
    table->slot[slot] = (uint32_t)++table->count;
    return (uint32_t)table->count - 1;
}

/* Keeps the pattern that was written behind the last one, unless it is there already. */
static uint32_t keep_pattern(maker *m)
{
    number_table *table = &m->pattern_table;
    make_room(m, table, hash_of_pattern);
    size_t bytes = (size_t)m->antennas * sizeof *m->pattern;
    const uint32_t *new = m->pattern + m->patterns *(size_t)m->antennas;
    size_t slot = hash_of_pattern(m, m->patterns) & (table->size - 1);
    for (; table->slot[slot]; slot = (slot + 1) & (table->size - 1))
        if (!memcmp(m->pattern + (table->slot[slot] - 1) * (size_t)m->antennas, new, bytes))
            return table->slot[slot] - 1;
    table->slot[slot] = (uint32_t)++table->count;
    m->patterns++;
    return (uint32_t)table->count - 1;
}

static uint32_t *next_pattern(maker *m)
{
    if (m->patterns == m->pattern_room) {
        m->pattern_room = m->pattern_room ? 2 * m->pattern_room : 64;
        m->pattern =
            cal_grow(m->pattern, m->pattern_room * (size_t)m->antennas + 1, sizeof *m->pattern);
    }
    return m->pattern + m->patterns * (size_t)m->antennas;
}

static uint32_t longer_pattern(maker *m, uint32_t before, const cal_idset *antennas,
                               int calibration)
{
    uint32_t *new = next_pattern(m);
    memcpy(new, m->pattern + before * (size_t)m->antennas, (size_t)m->antennas * sizeof *new);
    for (CAL_IDS(antenna, antennas))
        new[antenna] = longer_list(m, new[antenna], calibration);
    return keep_pattern(m);
}

/* ---- what is not used any more goes ---- */

static uint32_t *number_used(const uint32_t *use, size_t uses, size_t things, uint32_t *count)
{
    uint32_t *number = CAL_NEW_ARRAY(uint32_t, things);
    *count = 1; /* thing 0 stays 0 */
    for (size_t i = 0; i < uses; i++)
        if (use[i] && !number[use[i]])
            number[use[i]] = (*count)++;
    return number;
}

static void drop_unused_patterns(maker *m)
{
    uint32_t used;
    size_t triples = (size_t)m->vis->triples, width = (size_t)m->antennas;
    uint32_t *number = number_used(m->triple_pattern, triples, m->patterns, &used);
    uint32_t *kept = CAL_NEW_ARRAY(uint32_t, used * width + 1);
    for (size_t i = 1; i < m->patterns; i++)
        if (number[i])
            memcpy(kept + number[i] * width, m->pattern + i * width, width * sizeof *kept);
    for (size_t t = 0; t < triples; t++)
        m->triple_pattern[t] = number[m->triple_pattern[t]];
    free(m->pattern);
    free(number);
    m->pattern = kept;
    m->patterns = m->pattern_room = used;
    free(m->pattern_table.slot);
    m->pattern_table = (number_table){.count = used};
}

/* ---- making ---- */

static void add_region(maker *m, const cal_box *box, int calibration)
{
    if (m->patterns > 4096 + 4 * (size_t)m->vis->triples)
        drop_unused_patterns(m);
    size_t known = m->patterns;
    uint32_t *after = CAL_NEW_ARRAY(uint32_t, known); /* 0: not met yet */
    for (int t = -1; (t = cal_vis_next(m->vis, box, t)) >= 0;) {
        uint32_t before = m->triple_pattern[t];
        if (!after[before])
            after[before] = longer_pattern(m, before, &box->antenna, calibration);
        m->triple_pattern[t] = after[before];
    }
    free(after);
}

static void spell_list(const maker *m, size_t step, cal_list *list)
{
    for (size_t i = step; i; i = m->list[i].before)
        list->count++;
    list->calibration = CAL_NEW_ARRAY(int, list->count);
    int at = list->count;
    for (size_t i = step; i; i = m->list[i].before)
        list->calibration[--at] = m->list[i].calibration;
}

static cal_map *finish(maker *m)
{
    cal_map *map = CAL_NEW(cal_map);
    uint32_t used;
    drop_unused_patterns(m);
    size_t cells = m->patterns * (size_t)m->antennas;
    uint32_t *number = number_used(m->pattern, cells, m->lists, &used);
    map->vis = m->vis;
    map->antennas = m->antennas;
    map->patterns = (int)m->patterns;
    map->lists = (int)used;
    map->list = CAL_NEW_ARRAY(cal_list, used);
    for (size_t i = 1; i < m->lists; i++)
        if (number[i])
            spell_list(m, i, &map->list[number[i]]);
    for (size_t i = 0; i < cells; i++)
        m->pattern[i] = number[m->pattern[i]];
    map->pattern = m->pattern;
    map->triple_pattern = m->triple_pattern;
    free(number);
    free(m->list);
    free(m->list_table.slot);
    free(m->pattern_table.slot);
    return map;
}

cal_map *cal_map_make(const cal_library *library, const cal_book *book, int vis)
{
    maker m = {.library = library, .vis = library->vis[vis]};
    m.antennas = m.vis->antenna.size;
    m.triple_pattern = CAL_NEW_ARRAY(uint32_t, m.vis->triples);
    longer_list(&m, 0, -1); /* list 0, the empty one */
    memset(next_pattern(&m), 0, (size_t)m.antennas * sizeof *m.pattern);
    keep_pattern(&m);
    for (int i = 0; i < book->count; i++)
        for (int j = 0; j < book->item[i].data.count; j++)
            if (book->item[i].data.item[j].vis == vis)
                add_region(&m, &book->item[i].data.item[j].box, book->item[i].calibration);
    return finish(&m);
}

void cal_map_free(cal_map *map)
{
    if (!map)
        return;
    for (int i = 0; i < map->lists; i++)
        free(map->list[i].calibration);
    free(map->list);
    free(map->pattern);
    free(map->triple_pattern);
    free(map);
}

static bool same_list(const cal_list *a, const cal_list *b)
{
    return a->count == b->count &&
           (!a->count || !memcmp(a->calibration, b->calibration, (size_t)a->count * sizeof(int)));
}

bool cal_map_same(const cal_map *a, const cal_map *b, int *triple, int *antenna)
{
    for (int t = 0; t < a->vis->triples; t++) {
        const uint32_t *in_a = a->pattern + a->triple_pattern[t] * (size_t)a->antennas;
        const uint32_t *in_b = b->pattern + b->triple_pattern[t] * (size_t)b->antennas;
        for (int i = 0; i < a->antennas; i++) {
            if (same_list(&a->list[in_a[i]], &b->list[in_b[i]]))
                continue;
            *triple = t;
            *antenna = i;
            return false;
        }
    }
    return true;
}
