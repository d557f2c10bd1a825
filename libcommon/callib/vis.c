#include "callib/vis.h"

#include "base/mem.h"
#include "base/text.h"
#include <ctype.h>
#include <string.h>

/* ---- boxes ---- */

void cal_box_free(cal_box *box)
{
    cal_idset_free(&box->antenna);
    cal_idset_free(&box->spw);
    cal_idset_free(&box->field);
    cal_idset_free(&box->intent);
}

cal_box cal_box_copy(const cal_box *box)
{
    return (cal_box){cal_idset_copy(&box->antenna), cal_idset_copy(&box->spw),
                     cal_idset_copy(&box->field), cal_idset_copy(&box->intent)};
}

cal_box cal_box_empty(const cal_vis *vis)
{
    return (cal_box){cal_idset_make(vis->antenna.size), cal_idset_make(vis->spw.size),
                     cal_idset_make(vis->field.size), cal_idset_make(vis->intent.size)};
}

cal_box cal_box_all(const cal_vis *vis)
{
    return (cal_box){cal_idset_copy(&vis->antenna.all), cal_idset_copy(&vis->spw.all),
                     cal_idset_copy(&vis->field.all), cal_idset_copy(&vis->intent.all)};
}

bool cal_box_within(const cal_box *a, const cal_box *b)
{
    return cal_idset_within(&a->antenna, &b->antenna) && cal_idset_within(&a->spw, &b->spw) &&
           cal_idset_within(&a->field, &b->field) && cal_idset_within(&a->intent, &b->intent);
}

bool cal_box_meets(const cal_box *a, const cal_box *b)
{
    return cal_idset_meets(&a->antenna, &b->antenna) && cal_idset_meets(&a->spw, &b->spw) &&
           cal_idset_meets(&a->field, &b->field) && cal_idset_meets(&a->intent, &b->intent);
}

/* ---- triples ---- */

int cal_vis_next(const cal_vis *vis, const cal_box *box, int triple)
{
    while (++triple < vis->triples) {
        const cal_triple *at = &vis->triple[triple];
        int fields = vis->field.size;
        if (!cal_idset_has(&box->spw, at->spw)) {
            int spw = cal_idset_next(&box->spw, at->spw);
            if (spw < 0)
                break;
            triple = vis->first[spw * fields] - 1;
        } else if (!cal_idset_has(&box->field, at->field)) {
            int field = cal_idset_next(&box->field, at->field);
            triple = vis->first[at->spw * fields + (field < 0 ? fields : field)] - 1;
        } else if (cal_idset_has(&box->intent, at->intent)) {
            return triple;
        }
    }
    return -1;
}

/* ---- the set ---- */

static void free_axis(cal_axis *axis)
{
    for (int i = 0; i < axis->size; i++)
        free(axis->name[i]);
    free(axis->name);
    cal_idset_free(&axis->all);
}

void cal_vis_free(cal_vis *vis)
{
    if (!vis)
        return;
    free(vis->name);
    free(vis->path);
    free(vis->telescope);
    free_axis(&vis->antenna);
    free_axis(&vis->spw);
    free_axis(&vis->field);
    free_axis(&vis->intent);
    for (int i = 0; i < vis->obs_modes; i++) {
        free(vis->obs_mode[i].text);
        cal_idset_free(&vis->obs_mode[i].intent);
    }
    free(vis->obs_mode);
    free(vis->triple);
    free(vis->first);
    for (int i = 0; vis->field_text && i < vis->field.size; i++)
        free(vis->field_text[i]);
    free(vis->field_text);
    free(vis);
}

static bool same_axis(const cal_axis *a, const cal_axis *b)
{
    if (!cal_idset_equal(&a->all, &b->all))
        return false;
    for (CAL_IDS(id, &a->all))
        if (strcmp(a->name[id], b->name[id]))
            return false;
    return true;
}

bool cal_vis_same(const cal_vis *a, const cal_vis *b)
{
    return !strcmp(a->name, b->name) && same_axis(&a->antenna, &b->antenna) &&
           same_axis(&a->spw, &b->spw) && same_axis(&a->field, &b->field) &&
           same_axis(&a->intent, &b->intent) && a->triples == b->triples &&
           !memcmp(a->triple, b->triple, (size_t)a->triples * sizeof *a->triple);
}

/* ---- field names ---- */

typedef struct named_field {
    const char *name;
    int id;
} named_field;

static int compare_fields(const void *a, const void *b)
{
    return strcmp(((const named_field *)a)->name, ((const named_field *)b)->name);
}

/* CASA takes a name in quotes for a pattern, and knows no way to write a quote within them. A line ends where a name has a control
 * character. */
static bool is_misread(const cal_vis *vis, int field)
{
    const char *name = vis->field.name[field];
    for (const char *c = name; *c; c++)
        if (*c == '"' || iscntrl((unsigned char)*c))
            return true;
    if (!strpbrk(name, "*?[]{}\\"))
        return false;
    for (CAL_IDS(other, &vis->field.all))
        if (cal_glob(name, vis->field.name[other]) != (other == field))
            return true;
    return false;
}

/* Names that several fields have stand next to each other when sorted: listings ask for names by the million. */
static char **make_field_texts(const cal_vis *vis)
{
    char **text = CAL_NEW_ARRAY(char *, vis->field.size);
    named_field *sorted = CAL_NEW_ARRAY(named_field, vis->field.size);
    int count = 0;
    for (CAL_IDS(field, &vis->field.all))
        sorted[count++] = (named_field){vis->field.name[field], field};
    if (count)
        qsort(sorted, (size_t)count, sizeof *sorted, compare_fields);
    for (int i = 0; i < count; i++) {
        bool twin = (i && !strcmp(sorted[i - 1].name, sorted[i].name)) ||
                    (i + 1 < count && !strcmp(sorted[i + 1].name, sorted[i].name));
        bool by_id = twin || !*sorted[i].name || is_misread(vis, sorted[i].id);
        text[sorted[i].id] = by_id ? cal_format("%d", sorted[i].id) : cal_casa_name(sorted[i].name);
    }
    free(sorted);
    return text;
}

void cal_vis_print_field(const cal_vis *vis, int field, cal_buf *out)
{
    if (!vis->field_text)
        ((cal_vis *)vis)->field_text = make_field_texts(vis);
    cal_buf_add(out, vis->field_text[field]);
}
