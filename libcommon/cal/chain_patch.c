/* Which solutions of a table serve which data: field, spw, observation and antenna maps, and the
 * selections of cal-library lines. */
#include "base/mem.h"
#include "cal/chain_parts.h"
#include "callib/idset.h"
#include "ms/select.h"
#include "ms/select_names.h"
#include <math.h>
#include <string.h>

/* ---- spws ---- */

static int first_spw(const cal_caltable *table)
{
    int first = table->spws;
    for (int64_t row = 0; row < table->rows; row++)
        first = table->npar[row] && table->spw_id[row] < first ? table->spw_id[row] : first;
    return first < table->spws ? first : -1;
}

static cal_status check_spw_map(const cal_chain_item *item, const cal_caltable *table,
                                const cal_meta *meta, cal_error *err)
{
    if (item->spwmaps > meta->spws)
        return cal_fail(err, CAL_INPUT, "%s: spwmap has %d elements but %s has %d spws",
                        table->path, item->spwmaps, meta->name, meta->spws);
    for (int i = 0; i < item->spwmaps; i++)
        if (item->spwmap[i] < 0 || item->spwmap[i] >= table->spws)
            return cal_fail(
                err, CAL_INPUT,
                "%s: spwmap sends spw %d to spw %d of the table, which has spws 0 to %d",
                table->path, i, item->spwmap[i], table->spws - 1);
    return CAL_OK;
}

/* Command lines: the rest of a short map is the identity; one element serves all; -1 is the
 * identity and -999 the first spw that has solutions. */
static cal_status map_spws(const cal_chain_item *item, const cal_caltable *table,
                           const cal_meta *meta, int *map, cal_error *err)
{
    enum { IDENTITY = -1, FAN_OUT = -999 };
    int given = item->spwmaps, only = given == 1 ? item->spwmap[0] : 0;
    bool fan_out = given == 1 && only == FAN_OUT;
    if (given == 1 && (only == IDENTITY || fan_out))
        given = 0;
    else if (check_spw_map(item, table, meta, err))
        return err->status;
    for (int s = 0; s < meta->spws; s++) {
        map[s] = s < given ? item->spwmap[s] : given == 1 ? only : s;
        map[s] = fan_out ? first_spw(table) : map[s];
        map[s] = map[s] < table->spws ? map[s] : -1;
    }
    return CAL_OK;
}

/* Cal libraries: a map that is too short goes on with its last element, and one that points beyond
 * the table finds no solutions there. */
static int *map_by_list(const int *list, int given, int count, int limit)
{
    if (!given)
        return NULL;
    int *map = CAL_NEW_ARRAY(int, count);
    for (int i = 0; i < count; i++) {
        map[i] = list[i < given ? i : given - 1];
        map[i] = map[i] < limit ? map[i] : -1;
    }
    return map;
}

static cal_status set_spw_map(const cal_chain_item *item, const cal_caltable *table,
                              const cal_meta *meta, cal_patch *patch, cal_error *err)
{
    if (item->from_library)
        patch->spw_map = map_by_list(item->spwmap, item->spwmaps, meta->spws, table->spws);
    if (patch->spw_map)
        return CAL_OK;
    patch->spw_map = CAL_NEW_ARRAY(int, meta->spws);
    return map_spws(item, table, meta, patch->spw_map, err);
}

/* ---- fields ---- */

/* Fields that any solution is of: [field] 0 or 1. */
static uint8_t *fields_present(const cal_caltable *table)
{
    uint8_t *present = CAL_NEW_ARRAY(uint8_t, table->meta->fields);
    for (int64_t row = 0; row < table->rows; row++)
        if (table->npar[row] && table->field[row] >= 0 && table->field[row] < table->meta->fields)
            present[table->field[row]] = 1;
    return present;
}

/* Square of the chord between two directions. */
static double separation(const double a[2], const double b[2])
{
    double x = cos(a[1]) * cos(a[0]) - cos(b[1]) * cos(b[0]);
    double y = cos(a[1]) * sin(a[0]) - cos(b[1]) * sin(b[0]);
    double z = sin(a[1]) - sin(b[1]);
    return x * x + y * y + z * z;
}

/* The field with solutions that lies nearest to a field of the data; -1 when two are equally
 * near, which no rule can decide. */
static int nearest_field(const double direction[2], const cal_caltable *table,
                         const uint8_t *present)
{
    int nearest = -1;
    bool tie = false;
    double least = INFINITY;
    for (int f = 0; f < table->meta->fields; f++) {
        if (!present[f])
            continue;
        double distance = separation(direction, table->meta->field[f].phase_dir);
        tie = distance == least || (tie && distance > least);
        if (distance < least) {
            least = distance;
            nearest = f;
        }
    }
    return tie ? -1 : nearest;
}

/* A single field with solutions serves all, and so do tables without fields (gencal: -1). */
static cal_status map_nearest(const cal_caltable *table, const cal_meta *meta, cal_patch *patch,
                              cal_error *err)
{
    uint8_t *present = fields_present(table);
    int fields = 0;
    for (int f = 0; f < table->meta->fields; f++)
        fields += present[f];
    if (fields > 1)
        patch->field_map = CAL_NEW_ARRAY(int, meta->fields);
    cal_status status = CAL_OK;
    for (int f = 0; f < meta->fields && fields > 1 && !status; f++) {
        patch->field_map[f] = nearest_field(meta->field[f].phase_dir, table, present);
        if (patch->field_map[f] < 0)
            status =
                cal_fail(err, CAL_INPUT,
                         "%s: gainfield nearest: two fields with solutions are equally near to "
                         "%s; name the one to use",
                         table->path, meta->field[f].name);
    }
    free(present);
    return status;
}

static void describe_fields(const cal_caltable *table, const uint8_t *present, cal_buf *out)
{
    for (int f = 0; f < table->meta->fields; f++)
        if (present[f])
            cal_buf_addf(out, "%s%d %s", out->len ? ", " : "", f, table->meta->field[f].name);
}

/* The solutions of the fields that `gainfield` selects among those of the table; the caller frees
 * *fields. */
static cal_status choose_fields(const char *gainfield, const cal_caltable *table, uint8_t **fields,
                                cal_error *err)
{
    cal_select_text text = {.field = gainfield};
    cal_selection *selection;
    if (cal_select_resolve(&text, NULL, table->meta, &selection, err))
        return cal_prefix(err, "%s: gainfield", table->path);
    int count, found = 0;
    const int *id = cal_selection_fields(selection, &count);
    uint8_t *present = fields_present(table);
    *fields = CAL_NEW_ARRAY(uint8_t, table->meta->fields);
    for (int i = 0; i < count; i++)
        found += (*fields)[id[i]] = present[id[i]];
    if (!found) {
        cal_buf names = {0};
        describe_fields(table, present, &names);
        cal_fail(err, CAL_INPUT, "%s has no solutions of gainfield \"%s\"; it has those of %s",
                 table->path, gainfield, cal_buf_text(&names));
        cal_buf_free(&names);
    }
    free(present);
    cal_selection_free(selection);
    return found ? CAL_OK : err->status;
}

/* ---- the data that a cal-library line is for ---- */

static uint8_t *marks(const int *id, int count, int size)
{
    uint8_t *mark = CAL_NEW_ARRAY(uint8_t, size);
    for (int i = 0; i < count; i++)
        mark[id[i]] = 1;
    return mark;
}

static void mark_served(const cal_selection *selection, const cal_meta *meta, cal_patch *patch)
{
    int count;
    const int *id;
    if (cal_selection_has(selection, "field")) {
        id = cal_selection_fields(selection, &count);
        patch->fields = marks(id, count, meta->fields);
    }
    if (cal_selection_has(selection, "intent")) {
        id = cal_selection_states(selection, &count);
        patch->states = marks(id, count, meta->states);
    }
    if (cal_selection_has(selection, "observation")) {
        id = cal_selection_observations(selection, &count);
        patch->observations = marks(id, count, meta->observations);
    }
    if (cal_selection_has(selection, "spw")) {
        patch->spws = CAL_NEW_ARRAY(uint8_t, meta->spws);
        const cal_spw_choice *spw = cal_selection_spws(selection, &count);
        for (int i = 0; i < count; i++)
            patch->spws[spw[i].spw] = 1;
    }
}

/* The antennas of item->antenna: ids, also where antennas have numbers for names, or the first antennas of an expression. */
static cal_status mark_antennas(const char *text, const cal_meta *meta, cal_patch *patch,
                                cal_error *err)
{
    if (!text || !*text)
        return CAL_OK;
    cal_idset ids = cal_idset_make(meta->antennas);
    const char **name = CAL_NEW_ARRAY(const char *, meta->antennas);
    patch->antennas = CAL_NEW_ARRAY(uint8_t, meta->antennas);
    for (int a = 0; a < meta->antennas; a++)
        name[a] = meta->antenna[a].name;
    cal_status status = CAL_OK;
    if (cal_idset_parse(text, &ids))
        for (CAL_IDS(id, &ids))
            patch->antennas[id] = 1;
    else
        status = cal_select_antennas(text, (cal_select_names){(char *const *)name, meta->antennas},
                                     patch->antennas, err);
    free(name);
    cal_idset_free(&ids);
    return status ? cal_prefix(err, "antennas for a table") : CAL_OK;
}

static cal_status set_served(const cal_chain_item *item, const cal_meta *meta, cal_patch *patch,
                             cal_error *err)
{
    cal_select_text text = {.field = item->field,
                            .spw = item->spw,
                            .intent = item->intent,
                            .observation = item->observation};
    cal_selection *selection;
    if (cal_select_resolve(&text, NULL, meta, &selection, err))
        return cal_prefix(err, "cal library, %s", item->gaintable);
    mark_served(selection, meta, patch);
    cal_selection_free(selection);
    return mark_antennas(item->antenna, meta, patch, err);
}

static bool served(const uint8_t *mark, int id, int size)
{
    return !mark || (id >= 0 && id < size && mark[id]);
}

/* The number of the antennas that are served in a row; 0 where none are. */
static int set_at(const cal_chain_cells *cells, const cal_meta *meta, const cal_chain_key *key)
{
    int state = key->state >= 0 && key->state < cells->states ? key->state : cells->states;
    size_t row = (size_t)meta->dd[key->dd].spw * cells->fields + key->field;
    return key->field < 0 ? 0 : cells->set[row * (cells->states + 1) + state];
}

const cal_patch *cal_term_patch(const cal_term *term, const cal_meta *meta,
                                const cal_chain_key *key, const uint8_t **antennas)
{
    for (int i = 0; i < term->patches; i++) {
        const cal_patch *patch = &term->patch[i];
        *antennas = patch->antennas;
        if (patch->cells) {
            int set = set_at(patch->cells, meta, key);
            *antennas = set > 1 ? patch->cells->antenna[set - 2] : NULL;
            if (set)
                return patch;
        } else if (served(patch->fields, key->field, meta->fields) &&
                   served(patch->spws, meta->dd[key->dd].spw, meta->spws) &&
                   served(patch->observations, key->observation, meta->observations) &&
                   served(patch->states, key->state, meta->states))
            return patch;
    }
    return NULL;
}

static bool overlap(const uint8_t *a, const uint8_t *b, int size)
{
    if (!a || !b)
        return true;
    for (int i = 0; i < size; i++)
        if (a[i] && b[i])
            return true;
    return false;
}

/* Two lines of one table may not both be meant for the same data. */
static cal_status check_overlap(const cal_term *term, const cal_patch *patch, const cal_meta *meta,
                                cal_error *err)
{
    for (int i = 0; i < term->patches; i++) {
        const cal_patch *other = &term->patch[i];
        if (overlap(patch->fields, other->fields, meta->fields) &&
            overlap(patch->spws, other->spws, meta->spws) &&
            overlap(patch->observations, other->observations, meta->observations) &&
            overlap(patch->states, other->states, meta->states))
            return cal_fail(err, CAL_INPUT,
                            "%s stands in the cal library twice for the same data (lines %d and %d "
                            "of this table); each selection may have one line",
                            term->table->path, i + 1, term->patches + 1);
    }
    return CAL_OK;
}

/* ---- the whole ---- */

/* Solutions are kept apart by observation only where the ids can mean the same in both. */
static bool by_observation(const cal_term *term, const cal_meta *meta, const cal_interp *interp)
{
    int there = term->table->meta->observations;
    if (!interp->per_obs)
        return false;
    if (there > 1 && there == meta->observations)
        return true;
    cal_warn("%s: perobs is ignored: the table has %d observations, the data %d", term->table->path,
             there, meta->observations);
    return false;
}

static cal_status fill_patch(const cal_term *term, const cal_chain_item *item, const cal_meta *meta,
                             cal_patch *patch, uint8_t **fields, cal_error *err)
{
    const cal_caltable *table = term->table;
    const char *gainfield = item->gainfield ? item->gainfield : "";
    patch->cells = item->cells;
    if (cal_interp_parse(item->interp ? item->interp : "", &patch->interp, err) ||
        set_spw_map(item, table, meta, patch, err) || set_served(item, meta, patch, err) ||
        (!item->cells && check_overlap(term, patch, meta, err)))
        return err->status;
    patch->antenna_map =
        map_by_list(item->antmap, item->antmaps, meta->antennas, table->meta->antennas);
    patch->observation_map =
        map_by_list(item->obsmap, item->obsmaps, meta->observations, table->meta->observations);
    patch->field_map = map_by_list(item->fldmap, item->fldmaps, meta->fields, table->meta->fields);
    if (patch->field_map || !*gainfield)
        return CAL_OK;
    return strcmp(gainfield, "nearest") ? choose_fields(gainfield, table, fields, err)
                                        : map_nearest(table, meta, patch, err);
}

cal_status cal_term_add_patch(cal_term *term, const cal_chain_item *item, const cal_meta *meta,
                              cal_error *err)
{
    term->patch = cal_grow(term->patch, term->patches + 1, sizeof *term->patch);
    cal_patch *patch = &term->patch[term->patches];
    *patch = (cal_patch){0};
    uint8_t *fields = NULL;
    cal_status status = fill_patch(term, item, meta, patch, &fields, err);
    term->patches++; /* freed with the term from here on */
    if (status)
        return status;
    bool own_observations = by_observation(term, meta, &patch->interp);
    cal_series_rule rule = {
        patch->field_map != NULL, own_observations || patch->observation_map != NULL,
        patch->interp.per_scan, patch->interp.phase_delay && term->phase, fields};
    patch->interp.per_obs = rule.by_observation;
    cal_series_build(term, &rule, &patch->index);
    free(fields);
    return CAL_OK;
}
