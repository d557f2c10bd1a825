#include "callib/cellset.h"

#include "base/mem.h"

cal_cellset cal_cellset_make(const cal_vis *vis)
{
    cal_cellset cells = {.vis = vis, .words = cal_idset_words(&vis->antenna.all)};
    cells.word = CAL_NEW_ARRAY(uint64_t, (size_t)vis->triples * (size_t)cells.words);
    return cells;
}

void cal_cellset_free(cal_cellset *cells)
{
    free(cells->word);
    *cells = (cal_cellset){0};
}

static size_t size_of(const cal_cellset *cells)
{
    return (size_t)cells->vis->triples * (size_t)cells->words;
}

void cal_cellset_add(cal_cellset *cells, const cal_box *box)
{
    for (int t = -1; (t = cal_vis_next(cells->vis, box, t)) >= 0;)
        for (int i = 0; i < cells->words; i++)
            cells->word[(size_t)t * (size_t)cells->words + (size_t)i] |= box->antenna.word[i];
}

void cal_cellset_remove(cal_cellset *cells, const cal_cellset *other)
{
    for (size_t i = 0; i < size_of(cells); i++)
        cells->word[i] &= ~other->word[i];
}

void cal_cellset_intersect(cal_cellset *cells, const cal_cellset *other)
{
    for (size_t i = 0; i < size_of(cells); i++)
        cells->word[i] &= other->word[i];
}

bool cal_cellset_empty(const cal_cellset *cells)
{
    for (size_t i = 0; i < size_of(cells); i++)
        if (cells->word[i])
            return false;
    return true;
}

int cal_box_common_triple(const cal_vis *vis, const cal_box *a, const cal_box *b)
{
    if (!cal_box_meets(a, b))
        return -1;
    cal_box both = cal_box_copy(a);
    cal_idset_intersect(&both.spw, &b->spw);
    cal_idset_intersect(&both.field, &b->field);
    cal_idset_intersect(&both.intent, &b->intent);
    int triple = cal_vis_next(vis, &both, -1);
    cal_box_free(&both);
    return triple;
}
