#include "image/views.h"

#include "base/mem.h"
#include "ms/block.h"
#include <stdlib.h>

/* Rows of one set whose windows have one number of channels. */
typedef struct group {
    int channels;
    int64_t *row, rows, room;
} group;

typedef struct groups {
    const cal_meta *meta;
    group *item;
    int count;
} groups;

static group *group_of(groups *all, int channels)
{
    for (int i = 0; i < all->count; i++)
        if (all->item[i].channels == channels)
            return &all->item[i];
    all->item = cal_grow(all->item, (size_t)all->count + 1, sizeof *all->item);
    all->item[all->count] = (group){.channels = channels};
    return &all->item[all->count++];
}

static void add_row(group *to, int64_t row)
{
    if (to->rows == to->room) {
        to->room = 2 * to->room + 1024;
        to->row = cal_grow(to->row, (size_t)to->room, sizeof *to->row);
    }
    to->row[to->rows++] = row;
}

static bool sort_rows(void *user, const cal_rows *rows, const uint8_t *keep)
{
    groups *all = user;
    const cal_meta *meta = all->meta;
    for (int64_t i = 0; i < rows->count; i++)
        if (keep[i] && rows->dd[i] >= 0 && rows->dd[i] < meta->dds)
            add_row(group_of(all, meta->spw[meta->dd[rows->dd[i]].spw].nchan), rows->row[i]);
    return true;
}

static cal_status write_views(const cal_table *ms, const groups *all, const char *folder, int set,
                              cal_words *views, cal_error *err)
{
    cal_status status = CAL_OK;
    for (int i = 0; i < all->count && !status; i++) {
        const group *g = &all->item[i];
        char *path = cal_format("%s/set%d-%dchannels.ms", folder, set, g->channels);
        status = cal_table_view(ms, path, cal_span_list(g->row, g->rows), err);
        cal_words_add(views, path);
        free(path);
    }
    return status;
}

static cal_status view_set(const char *path, const cal_select_text *text, const char *folder,
                           int set, cal_words *views, cal_error *err)
{
    cal_selected from;
    cal_status status = cal_selected_open(path, text, &from, err);
    groups all = {.meta = from.meta};
    if (!status)
        status = cal_rows_pass(from.ms, from.selection, CAL_SKIP_ALL, sort_rows, &all, NULL, err);
    if (!status)
        status = write_views(from.ms, &all, folder, set, views, err);
    for (int i = 0; i < all.count; i++)
        free(all.item[i].row);
    free(all.item);
    cal_selected_close(&from);
    return status;
}

cal_status cal_image_views(char *const *path, const cal_select_text *text,
                           const cal_image_plan *plan, const char *folder, cal_words *views,
                           cal_error *err)
{
    cal_status status = CAL_OK;
    for (int i = 0; i < plan->sets && !status; i++) {
        cal_select_text own = *text;
        own.field = plan->field_text[i];
        own.uvrange = NULL;
        status = view_set(path[i], &own, folder, i, views, err);
    }
    return status;
}
