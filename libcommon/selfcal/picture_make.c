/* Images made: which sets and fields go into each. */
#include "selfcal/picture.h"

#include "base/mem.h"
#include "ms/data_column.h"
#include "selfcal/picture_parts.h"
#include <math.h>
#include <stdlib.h>

/* ---- what goes in ---- */

/* The number that list[].key has where list[].by is `wanted`; -1 for none. */
static int look_up(jv owner, const char *list, const char *by, int wanted, const char *key)
{
    int found = -1;
    jv items = cal_json_at(owner, list);
    jv_array_foreach(items, i, item)
    {
        if ((int)cal_json_number_at(item, by, -1) == wanted)
            found = (int)cal_json_number_at(item, key, -1);
        jv_free(item);
    }
    jv_free(items);
    return found;
}

/* By frequency, which says the same in every set. */
static char *window_text(const cal_work *work, int number)
{
    char *text = NULL;
    jv spws = cal_json_at(work->target, "spws");
    jv_array_foreach(spws, i, spw)
    {
        double centre = cal_json_number_at(spw, "frequency_hz", NAN),
               half = cal_json_number_at(spw, "bandwidth_hz", NAN) / 2;
        if ((int)cal_json_number_at(spw, "spw", -1) == number)
            text = cal_format("%.9g~%.9gGHz", (centre - half) / 1e9, (centre + half) / 1e9);
        jv_free(spw);
    }
    jv_free(spws);
    return text;
}

/* Sets in which the field, or the window, was not observed are left out. A field's id is that in the first of them; image-make finds it
 * by its place in the others. */
static cal_status take_sets(const cal_work *work, cal_picture_order *order, cal_error *err)
{
    int spw = order->wish->spw;
    order->id = CAL_NEW_ARRAY(int, cal_work_blocks(work));
    for (int b = 0; b < cal_work_blocks(work); b++) {
        jv block = cal_work_block(work, b);
        int field = look_up(block, "fields", "fid", order->fid, "id");
        bool has_spw = spw < 0 || look_up(block, "spws", "spw", spw, "id") >= 0;
        if (field >= 0 && has_spw) {
            order->id[order->ms.count] = field;
            cal_words_add(&order->ms, cal_json_text_at(block, "vis", ""));
        }
        jv_free(block);
    }
    order->spw = spw < 0 ? NULL : window_text(work, spw);
    if (order->ms.count)
        return CAL_OK;
    return cal_fail(err, CAL_DATA, "%s: no execution block has sub-field %d with spw %d",
                    cal_json_text_at(work->target, "target", ""), order->fid, spw);
}

/* A field without a mask beside others that have one holds no source: its model is nothing. */
static cal_status clear_model(const cal_picture_order *order, cal_error *err)
{
    cal_status status = CAL_OK;
    for (int i = 0; i < order->ms.count && !status; i++) {
        status = cal_data_column_make(order->ms.item[i], "MODEL_DATA", err);
        if (!status)
            status = cal_data_column_clear(order->ms.item[i], "MODEL_DATA", order->id[i], err);
    }
    return status;
}

static void free_order(cal_picture_order *order)
{
    cal_words_free(&order->ms);
    free(order->id);
    free(order->spw);
    free(order->base);
}

/* ---- the whole ---- */

cal_status cal_picture_pieces(cal_work *work, int fid, int pieces, const char *base, jv *images,
                              cal_error *err)
{
    const cal_picture_wish wish = {.datacolumn = "data", .dirty = true, .nterms = 1, .spw = -1};
    cal_picture_order order = {
        .wish = &wish, .fid = fid, .base = cal_format("%s.start", base), .intervals = pieces};
    jv document;
    cal_status status = take_sets(work, &order, err);
    if (!status)
        status = cal_imager_make(work, &order, &document, err);
    if (!status) {
        *images = cal_json_at(document, "images");
        jv_free(document);
    }
    free_order(&order);
    return status;
}

cal_status cal_picture_of_block(cal_work *work, int block, const char *base, jv *images,
                                cal_error *err)
{
    const cal_picture_wish wish = {.datacolumn = "data", .dirty = true, .nterms = 1, .spw = -1};
    cal_picture_order order = {
        .wish = &wish, .base = cal_format("%s.align", base), .id = CAL_NEW(int)};
    jv document, own = cal_work_block(work, block);
    order.id[0] = look_up(own, "fields", "fid", 0, "id");
    cal_words_add(&order.ms, cal_json_text_at(own, "vis", ""));
    cal_status status = cal_imager_make(work, &order, &document, err);
    if (!status) {
        *images = cal_json_at(document, "images");
        jv_free(document);
    }
    jv_free(own);
    free_order(&order);
    return status;
}

static cal_status make_field(cal_work *work, const cal_picture_wish *wish, int fid, cal_picture *p,
                             cal_error *err)
{
    cal_picture_order order = {.wish = wish,
                               .fid = fid,
                               .mask = wish->mask ? wish->mask[fid] : NULL,
                               .base =
                                   cal_picture_base(work, wish->step, wish->iter, fid, wish->spw)};
    order.cleaned = !wish->dirty && (!wish->mask || order.mask);
    cal_status status = take_sets(work, &order, err);
    if (!status) {
        cal_picture_forget(order.base);
        status = cal_imager_clean(work, &order, err);
    }
    if (!status)
        status = cal_picture_take(order.base, p, err);
    if (!status && wish->save_model && !order.cleaned)
        status = clear_model(&order, err);
    free_order(&order);
    return status;
}

cal_status cal_pictures_make(cal_work *work, const cal_picture_wish *wish, cal_pictures *pictures,
                             cal_error *err)
{
    *pictures = (cal_pictures){.fields = cal_work_fields(work)};
    pictures->field = CAL_NEW_ARRAY(cal_picture, pictures->fields);
    cal_status status = CAL_OK;
    for (int f = 0; f < pictures->fields && !status; f++)
        status = make_field(work, wish, f, &pictures->field[f], err);
    if (!status)
        status = cal_pictures_measure(work, pictures, wish->mask, err);
    if (status)
        cal_pictures_free(pictures);
    return status;
}
