/* One column of two tables, some rows at a time: runs of cells of one shape are read together. */
#include "base/buf.h"
#include "base/mem.h"
#include "ms/diff_parts.h"
#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { RUN_BYTES = 8 << 20 };

/* Shape of the cells of a pair of rows. */
typedef struct pair_shape {
    bool defined_a, defined_b;
    int ndim;
    int64_t shape[CAL_MAX_DIM];
    int64_t elements;
    bool same; /* comparable: both defined, of one shape */
    bool void_both;
} pair_shape;

static size_t element_size(cal_type type)
{
    switch (type) {
    case CAL_TYPE_BOOL:
        return 1;
    case CAL_TYPE_INT:
    case CAL_TYPE_FLOAT:
        return 4;
    case CAL_TYPE_DCOMPLEX:
        return 16;
    default:
        return 8;
    }
}

static int64_t product(int ndim, const int64_t *shape)
{
    int64_t elements = 1;
    for (int i = 0; i < ndim; i++)
        elements *= shape[i];
    return elements;
}

static pair_shape shape_of_pair(const cal_column_diff *diff, cal_table *a, cal_table *b,
                                int64_t row_a, int64_t row_b)
{
    pair_shape pair = {0};
    int ndim = 0;
    int64_t other[CAL_MAX_DIM] = {0};
    pair.defined_a = cal_table_cell_shape(a, diff->name, row_a, &pair.ndim, pair.shape);
    pair.defined_b = cal_table_cell_shape(b, diff->name, row_b, &ndim, other);
    pair.elements = pair.defined_a ? product(pair.ndim, pair.shape) : 0;
    int64_t other_elements = pair.defined_b ? product(ndim, other) : 0;
    pair.void_both = !pair.elements && !other_elements;
    pair.same = pair.defined_a && pair.defined_b && pair.ndim == ndim &&
                !memcmp(pair.shape, other, ndim * sizeof *other);
    return pair;
}

/* ---- values ---- */

/* Value i as a number; for complex values the real part, and *imaginary. */
static double number_at(cal_type type, const void *values, int64_t i, double *imaginary)
{
    *imaginary = 0;
    switch (type) {
    case CAL_TYPE_BOOL:
        return ((const uint8_t *)values)[i];
    case CAL_TYPE_INT:
        return ((const int32_t *)values)[i];
    case CAL_TYPE_INT64:
        return (double)((const int64_t *)values)[i];
    case CAL_TYPE_FLOAT:
        return ((const float *)values)[i];
    case CAL_TYPE_COMPLEX:
        *imaginary = cimagf(((const float complex *)values)[i]);
        return crealf(((const float complex *)values)[i]);
    case CAL_TYPE_DCOMPLEX:
        *imaginary = cimag(((const double complex *)values)[i]);
        return creal(((const double complex *)values)[i]);
    default:
        return ((const double *)values)[i];
    }
}

static char *value_text(cal_type type, const void *values, int64_t i)
{
    double imaginary, real;
    if (type == CAL_TYPE_TEXT)
        return cal_copy_text(((char *const *)values)[i]);
    if (type == CAL_TYPE_BOOL)
        return cal_copy_text(((const uint8_t *)values)[i] ? "true" : "false");
    real = number_at(type, values, i, &imaginary);
    int digits = type == CAL_TYPE_FLOAT || type == CAL_TYPE_COMPLEX ? 9 : 17;
    if (type == CAL_TYPE_COMPLEX || type == CAL_TYPE_DCOMPLEX)
        return cal_format("%.*g%+.*gi", digits, real, digits, imaginary);
    return cal_format("%.*g", digits, real);
}

/* Both parts of a difference, which is infinite where only one of the values is not finite. */
static double distance(double x, double y)
{
    if (x == y || (isnan(x) && isnan(y)))
        return 0;
    double apart = fabs(x - y);
    return isnan(apart) ? INFINITY : apart;
}

static bool differs(cal_column_diff *diff, const void *a, const void *b, int64_t i)
{
    double imaginary_a, imaginary_b;
    if (diff->type == CAL_TYPE_TEXT)
        return strcmp(((char *const *)a)[i], ((char *const *)b)[i]);
    double x = number_at(diff->type, a, i, &imaginary_a);
    double y = number_at(diff->type, b, i, &imaginary_b);
    double apart = hypot(distance(x, y), distance(imaginary_a, imaginary_b));
    if (apart == 0)
        return false;
    double size = fmax(hypot(x, imaginary_a), hypot(y, imaginary_b));
    double relative = size > 0 && isfinite(size) ? apart / size : INFINITY;
    diff->max_abs = fmax(diff->max_abs, apart);
    diff->max_rel = fmax(diff->max_rel, relative);
    return !(relative <= diff->relative || apart <= diff->absolute);
}

/* ---- cells ---- */

static void remember(cal_column_diff *diff, int64_t row_a, int64_t row_b, const pair_shape *pair,
                     const void *a, const void *b, int64_t at, int64_t element)
{
    if (diff->has_first)
        return;
    diff->has_first = true;
    diff->first_a = row_a;
    diff->first_b = row_b;
    diff->ndim = a ? pair->ndim : -1;
    for (int k = 0; k < pair->ndim && a; k++) {
        diff->index[k] = element % pair->shape[k];
        element /= pair->shape[k];
    }
    if (a) {
        diff->value_a = value_text(diff->type, a, at);
        diff->value_b = value_text(diff->type, b, at);
    }
}

/* A run of pairs whose cells were read. */
typedef struct run {
    const int64_t *row_a, *row_b;
    int64_t count;
    pair_shape shape;
    void *a, *b;
    uint8_t *flag_a, *flag_b; /* NULL: everything counts */
} run;

static void compare_run(cal_column_diff *diff, const run *r)
{
    int64_t elements = r->shape.elements;
    size_t bytes = element_size(diff->type) * elements;
    for (int64_t n = 0; n < r->count; n++) {
        int64_t first = n * elements, before = diff->differing_values;
        diff->values += elements;
        if (diff->type != CAL_TYPE_TEXT &&
            !memcmp((char *)r->a + n * bytes, (char *)r->b + n * bytes, bytes))
            continue;
        for (int64_t i = first; i < first + elements; i++) {
            if (r->flag_a && r->flag_a[i] && r->flag_b[i])
                continue;
            if (!differs(diff, r->a, r->b, i))
                continue;
            diff->differing_values++;
            remember(diff, r->row_a[n], r->row_b[n], &r->shape, r->a, r->b, i, i - first);
        }
        diff->differing_cells += diff->differing_values > before;
    }
}

static cal_span span_of(const int64_t *rows, int64_t count)
{
    for (int64_t i = 1; i < count; i++)
        if (rows[i] != rows[i - 1] + 1)
            return cal_span_list(rows, count);
    return cal_span_range(rows[0], count);
}

static void free_values(cal_type type, void *values, int64_t count)
{
    for (int64_t i = 0; i < count && type == CAL_TYPE_TEXT; i++)
        free(((char **)values)[i]);
    free(values);
}

static cal_status read_both(const char *column, cal_type type, cal_table *a, cal_table *b,
                            const run *r, void *to_a, void *to_b, cal_error *err)
{
    cal_status status = cal_table_get(a, column, type, span_of(r->row_a, r->count), to_a, err);
    return status ? status : cal_table_get(b, column, type, span_of(r->row_b, r->count), to_b, err);
}

static bool has_flags(cal_table *a, cal_table *b, const run *r)
{
    int ndim;
    int64_t shape[CAL_MAX_DIM] = {0};
    cal_table *tables[] = {a, b};
    const int64_t rows[] = {r->row_a[0], r->row_b[0]};
    for (int t = 0; t < 2; t++)
        if (!cal_table_cell_shape(tables[t], "FLAG", rows[t], &ndim, shape) ||
            product(ndim, shape) != r->shape.elements)
            return false;
    return true;
}

static cal_status compare_same_shapes(cal_column_diff *diff, cal_table *a, cal_table *b, run *r,
                                      cal_error *err)
{
    int64_t values = r->count * r->shape.elements;
    r->a = cal_alloc(values, element_size(diff->type));
    r->b = cal_alloc(values, element_size(diff->type));
    cal_status status = read_both(diff->name, diff->type, a, b, r, r->a, r->b, err);
    if (!status && diff->under_flags && has_flags(a, b, r)) {
        r->flag_a = CAL_NEW_ARRAY(uint8_t, values);
        r->flag_b = CAL_NEW_ARRAY(uint8_t, values);
        status = read_both("FLAG", CAL_TYPE_BOOL, a, b, r, r->flag_a, r->flag_b, err);
    }
    if (!status)
        compare_run(diff, r);
    free_values(diff->type, r->a, values);
    free_values(diff->type, r->b, values);
    free(r->flag_a);
    free(r->flag_b);
    return status;
}

/* How many pairs from here on have cells like the first one's. */
static int64_t run_length(const cal_column_diff *diff, cal_table *a, cal_table *b,
                          const int64_t *row_a, const int64_t *row_b, int64_t count,
                          pair_shape *first)
{
    *first = shape_of_pair(diff, a, b, row_a[0], row_b[0]);
    int64_t limit = RUN_BYTES / (int64_t)(element_size(diff->type) *
                                          (first->elements > 0 ? first->elements : 1));
    int64_t n = 1;
    for (; n < count && n < limit; n++) {
        pair_shape next = shape_of_pair(diff, a, b, row_a[n], row_b[n]);
        if (next.same != first->same || next.void_both != first->void_both ||
            next.ndim != first->ndim ||
            memcmp(next.shape, first->shape, next.ndim * sizeof *next.shape))
            break;
    }
    return n;
}

cal_status cal_column_diff_rows(cal_column_diff *diff, cal_table *a, cal_table *b,
                                const int64_t *row_a, const int64_t *row_b, int64_t count,
                                cal_error *err)
{
    cal_status status = CAL_OK;
    diff->cells += count;
    while (count > 0 && !status) {
        run r = {.row_a = row_a, .row_b = row_b};
        r.count = run_length(diff, a, b, row_a, row_b, count, &r.shape);
        if (r.shape.same && r.shape.elements) {
            status = compare_same_shapes(diff, a, b, &r, err);
        } else if (!r.shape.void_both) {
            diff->differing_cells += r.count;
            remember(diff, row_a[0], row_b[0], &r.shape, NULL, NULL, 0, 0);
        }
        row_a += r.count;
        row_b += r.count;
        count -= r.count;
    }
    return status;
}

void cal_column_diff_free(cal_column_diff *diff)
{
    free(diff->value_a);
    free(diff->value_b);
}
