/* A map is made registration by registration. Lists and patterns are kept once each (hash tables), so that an addition to a region
 * costs one look-up per triple, and work only for patterns that it meets for the first time. */
#include "callib/map.h"

#include "base/mem.h"
#include "callib/lists.h"
#include <string.h>

/* ---- patterns ---- */

static uint64_t hash_words(const uint32_t *word, size_t count)
{
    uint64_t hash = 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < count; i++) {
        hash = (hash ^ word[i]) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
    }
    return hash;
}

typedef struct maker {
    const cal_vis *vis;
    int antennas;
    cal_lists lists;
    uint32_t *pattern; /* [patterns][antennas] of list numbers */
    size_t patterns, room;
    uint32_t *slot; /* hash table of patterns: number + 1 */
    size_t slots;
    uint32_t *triple_pattern; /* [triples] */
} maker;

static uint64_t hash_of_pattern(const maker *m, size_t pattern)
{
    return hash_words(m->pattern + pattern * (size_t)m->antennas, (size_t)m->antennas);
}

/* A table with room for one more: at most half full. */
static void make_room(maker *m)
{
    if (2 * (m->patterns + 1) <= m->slots)
        return;
    m->slots = 256;
    while (m->slots < 4 * (m->patterns + 1))
        m->slots *= 2;
    free(m->slot);
    m->slot = CAL_NEW_ARRAY(uint32_t, m->slots);
    for (size_t i = 0; i < m->patterns; i++) {
        size_t slot = hash_of_pattern(m, i) & (m->slots - 1);
        while (m->slot[slot])
            slot = (slot + 1) & (m->slots - 1);
        m->slot[slot] = (uint32_t)i + 1;
    }
}

/* Keeps the pattern that was written behind the last one, unless it is there already. */
static uint32_t keep_pattern(maker *m)
{
    size_t width = (size_t)m->antennas;
    const uint32_t *new = &m->pattern[m->patterns * width];
    make_room(m);
    size_t slot = hash_of_pattern(m, m->patterns) & (m->slots - 1);
    for (; m->slot[slot]; slot = (slot + 1) & (m->slots - 1))
        if (!memcmp(m->pattern + (m->slot[slot] - 1) * width, new, width * sizeof *new))
            return m->slot[slot] - 1;
    m->slot[slot] = (uint32_t)++m->patterns;
    return m->slot[slot] - 1;
}

static uint32_t *next_pattern(maker *m)
{
    if (m->patterns == m->room) {
        m->room = m->room ? 2 * m->room : 64;
        m->pattern = cal_grow(m->pattern, m->room * (size_t)m->antennas + 1, sizeof *m->pattern);
    }
    return m->pattern + m->patterns * (size_t)m->antennas;
}

static uint32_t longer_pattern(maker *m, uint32_t before, const cal_idset *antennas,
                               int calibration)
{
    uint32_t *new = next_pattern(m);
    memcpy(new, m->pattern + before * (size_t)m->antennas, (size_t)m->antennas * sizeof *new);
    for (CAL_IDS(antenna, antennas))
        new[antenna] = cal_lists_longer(&m->lists, new[antenna], calibration);
    return keep_pattern(m);
}

/* ---- what is not used any more goes ---- */

/* New numbers for the patterns in use, in the order of their appearance; the empty one stays 0. */
static uint32_t *number_used(const maker *m, size_t *used)
{
    uint32_t *number = CAL_NEW_ARRAY(uint32_t, m->patterns);
    *used = 1;
    for (int t = 0; t < m->vis->triples; t++)
        if (m->triple_pattern[t] && !number[m->triple_pattern[t]])
            number[m->triple_pattern[t]] = (uint32_t)(*used)++;
    return number;
}

static void drop_unused_patterns(maker *m)
{
    size_t used, width = (size_t)m->antennas;
    uint32_t *number = number_used(m, &used);
    uint32_t *kept = CAL_NEW_ARRAY(uint32_t, used * width + 1);
    for (size_t i = 1; i < m->patterns; i++)
        if (number[i])
            memcpy(kept + number[i] * width, m->pattern + i * width, width * sizeof *kept);
    for (int t = 0; t < m->vis->triples; t++)
        m->triple_pattern[t] = number[m->triple_pattern[t]];
    free(m->pattern);
    free(number);
    m->pattern = kept;
    m->patterns = m->room = used;
    m->slots = 0;
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

static cal_map *finish(maker *m)
{
    cal_map *map = CAL_NEW(cal_map);
    drop_unused_patterns(m);
    *map = (cal_map){.vis = m->vis,
                     .antennas = m->antennas,
                     .pattern = m->pattern,
                     .patterns = (int)m->patterns,
                     .triple_pattern = m->triple_pattern};
    cal_lists_number(&m->lists, map);
    cal_lists_free(&m->lists);
    free(m->slot);
    return map;
}

cal_map *cal_map_make(const cal_library *library, const cal_book *book, int vis)
{
    maker m = {.vis = library->vis[vis], .lists = cal_lists_make()};
    m.antennas = m.vis->antenna.size;
    m.triple_pattern = CAL_NEW_ARRAY(uint32_t, m.vis->triples);
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
