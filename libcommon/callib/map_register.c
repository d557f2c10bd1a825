/* From lists back to registrations: a shortest common supersequence of the lists, found by layers.
 *
 * A calibration is due when it is the next one of every list that still needs it: registering it once serves them all. Where lists
 * contradict each other none is due; then the one that is next in most lists goes first, and will be registered again later.
 */
#include "base/mem.h"
#include "callib/book.h"
#include "callib/listing.h"
#include "callib/map.h"

typedef struct layers {
    const cal_map *map;
    int *next;         /* by list: what is registered of it */
    int *heads;        /* by calibration: lists whose next it is */
    int *waiting;      /* by calibration: places in lists after the next */
    int *reader;       /* by calibration: the first list whose next it is, -1 */
    int *reader_after; /* by list: the next such list, -1 */
    int calibrations;
} layers;

static bool is_due(const layers *queue, int calibration)
{
    return queue->heads[calibration] && !queue->waiting[calibration];
}

static void push_head(layers *queue, int list)
{
    const cal_list *l = &queue->map->list[list];
    if (queue->next[list] == l->count)
        return;
    int calibration = l->calibration[queue->next[list]];
    queue->heads[calibration]++;
    queue->waiting[calibration]--;
    queue->reader_after[list] = queue->reader[calibration];
    queue->reader[calibration] = list;
}

static void queue_make(layers *queue, const cal_map *map, int calibrations)
{
    queue->map = map;
    queue->calibrations = calibrations;
    queue->next = CAL_NEW_ARRAY(int, map->lists);
    queue->reader_after = CAL_NEW_ARRAY(int, map->lists);
    queue->heads = CAL_NEW_ARRAY(int, calibrations);
    queue->waiting = CAL_NEW_ARRAY(int, calibrations);
    queue->reader = CAL_NEW_ARRAY(int, calibrations);
    for (int c = 0; c < calibrations; c++)
        queue->reader[c] = -1;
    for (int list = 0; list < map->lists; list++)
        for (int i = 0; i < map->list[list].count; i++)
            queue->waiting[map->list[list].calibration[i]]++;
    for (int list = 0; list < map->lists; list++)
        push_head(queue, list);
}

static void queue_free(layers *queue)
{
    free(queue->next);
    free(queue->reader_after);
    free(queue->heads);
    free(queue->waiting);
    free(queue->reader);
}

/* The calibration to be registered next; -1 at the end. Of several that are due it is the one with the lowest number: the order in
 * which the library came to know them. */
static int choose(const layers *queue)
{
    int best = -1;
    for (int c = 0; c < queue->calibrations; c++) {
        if (is_due(queue, c))
            return c;
        if (queue->heads[c] && (best < 0 || queue->heads[c] > queue->heads[best]))
            best = c;
    }
    return best;
}

/* Moves all lists on whose next calibration this is; taken[list] tells which. */
static void take(layers *queue, int calibration, bool *taken)
{
    for (int list = 0; list < queue->map->lists; list++)
        taken[list] = false;
    int list = queue->reader[calibration];
    queue->reader[calibration] = -1;
    queue->heads[calibration] = 0;
    while (list >= 0) {
        int after = queue->reader_after[list];
        taken[list] = true;
        queue->next[list]++;
        push_head(queue, list);
        list = after;
    }
}

/* The cells of the lists. */
static uint64_t *cells_of(const cal_map *map, const bool *taken)
{
    const cal_vis *vis = map->vis;
    int words = cal_idset_words(&vis->antenna.all);
    uint64_t *row = CAL_NEW_ARRAY(uint64_t, (size_t)map->patterns * words);
    uint64_t *cells = CAL_NEW_ARRAY(uint64_t, (size_t)vis->triples * words);
    for (int p = 0; p < map->patterns; p++)
        for (int a = 0; a < map->antennas; a++)
            if (taken[map->pattern[p * map->antennas + a]])
                row[p * words + a / 64] |= (uint64_t)1 << (a % 64);
    for (int t = 0; t < vis->triples; t++)
        for (int w = 0; w < words; w++)
            cells[(size_t)t * words + w] = row[map->triple_pattern[t] * words + w];
    free(row);
    return cells;
}

void cal_map_register(const cal_map *map, cal_library *library, int vis, cal_book *book,
                      const char *const *caltype, const char *origin)
{
    layers queue = {0};
    queue_make(&queue, map, library->calibrations);
    bool *taken = CAL_NEW_ARRAY(bool, map->lists);
    for (int c; (c = choose(&queue)) >= 0;) {
        take(&queue, c, taken);
        uint64_t *cells = cells_of(map, taken);
        cal_regions data = {0};
        cal_cover_cells(map->vis, cells, vis, &data);
        cal_book_add(library, book, c, caltype && caltype[c] ? caltype[c] : "unknown", origin,
                     data);
        free(cells);
    }
    free(taken);
    queue_free(&queue);
}
