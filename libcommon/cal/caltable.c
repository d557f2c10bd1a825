/* Calibration tables in memory: making, ordering, releasing. */
#include "cal/caltable.h"
#include "base/mem.h"
#include <string.h>

static void make_rows(cal_caltable *table, int64_t rows)
{
    int **ints[] = {&table->field, &table->spw_id,      &table->antenna1, &table->antenna2,
                    &table->scan,  &table->observation, &table->npar,     &table->nchan};
    for (size_t i = 0; i < CAL_COUNT(ints); i++)
        *ints[i] = CAL_NEW_ARRAY(int, rows);
    table->time = CAL_NEW_ARRAY(double, rows);
    table->interval = CAL_NEW_ARRAY(double, rows);
    table->offset = CAL_NEW_ARRAY(int64_t, rows);
    table->rows = rows;
}

void cal_caltable_size_cells(cal_caltable *table, bool complex_par, int64_t elements)
{
    void *old[] = {table->cpar, table->fpar, table->flag, table->snr, table->error};
    for (size_t i = 0; i < CAL_COUNT(old); i++)
        free(old[i]);
    table->complex_par = complex_par;
    table->elements = elements;
    table->cpar = complex_par ? CAL_NEW_ARRAY(float complex, elements) : NULL;
    table->fpar = complex_par ? NULL : CAL_NEW_ARRAY(float, elements);
    table->flag = CAL_NEW_ARRAY(uint8_t, elements);
    table->snr = CAL_NEW_ARRAY(float, elements);
    table->error = CAL_NEW_ARRAY(float, elements);
}

cal_caltable *cal_caltable_make(const char *type, bool complex_par, int spws, int64_t rows,
                                int64_t elements)
{
    cal_caltable *table = CAL_NEW(cal_caltable);
    table->type = cal_copy_text(type);
    table->spws = spws;
    table->spw = CAL_NEW_ARRAY(cal_caltable_spw, spws);
    make_rows(table, rows);
    cal_caltable_size_cells(table, complex_par, elements);
    return table;
}

void cal_caltable_free(cal_caltable *table)
{
    if (!table)
        return;
    void *owned[] = {table->path,      table->type,  table->ms_name, table->casa_version,
                     table->pol_basis, table->field, table->spw_id,  table->antenna1,
                     table->antenna2,  table->scan,  table->time,    table->observation,
                     table->interval,  table->npar,  table->nchan,   table->offset,
                     table->cpar,      table->fpar,  table->flag,    table->snr,
                     table->error};
    for (size_t i = 0; i < CAL_COUNT(owned); i++)
        free(owned[i]);
    for (int s = 0; s < table->spws; s++) {
        free(table->spw[s].freq);
        free(table->spw[s].width);
        free(table->spw[s].effective_bw);
    }
    free(table->spw);
    cal_meta_free(table->meta);
    free(table);
}

static int compare_ints(int a, int b)
{
    return (a > b) - (a < b);
}

static int compare_rows(const void *left, const void *right, void *user)
{
    const cal_caltable *table = user;
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    int order = compare_ints(table->spw_id[a], table->spw_id[b]);
    if (!order)
        order = (table->time[a] > table->time[b]) - (table->time[a] < table->time[b]);
    if (!order)
        order = compare_ints(table->antenna1[a], table->antenna1[b]);
    if (!order)
        order = compare_ints(table->antenna2[a], table->antenna2[b]);
    return order ? order : (a > b) - (a < b);
}

bool cal_caltable_order(const cal_caltable *table, int64_t *order)
{
    bool sorted = true;
    for (int64_t i = 0; i < table->rows; i++) {
        order[i] = i;
        sorted = sorted && (i == 0 || compare_rows(&order[i - 1], &order[i], (void *)table) < 0);
    }
    if (!sorted)
        qsort_r(order, table->rows, sizeof *order, compare_rows, (void *)table);
    return sorted;
}

uint8_t *cal_caltable_antennas_used(const cal_caltable *table)
{
    uint8_t *used = CAL_NEW_ARRAY(uint8_t, table->meta->antennas);
    for (int64_t row = 0; row < table->rows; row++)
        for (int e = 0; e < table->npar[row] * table->nchan[row]; e++)
            if (!table->flag[table->offset[row] + e]) {
                used[table->antenna1[row]] = 1;
                break;
            }
    return used;
}
