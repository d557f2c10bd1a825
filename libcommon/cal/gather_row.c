/* The inner loop of gathering. Eight samples at a time in eight lanes, whatever the machine's
 * vectors are, so that the order of every sum is fixed. */
#include "cal/gather_row.h"

#include "base/vector.h"
#include <math.h>
#include <string.h>

typedef struct lanes {
    cal_v8f re, im, weight, count, blank;
} lanes;

static const cal_v8f ones = {1, 1, 1, 1, 1, 1, 1, 1};

/* Eight complex numbers as real and imaginary parts, in the order 0 1 4 5 2 3 6 7: that is what
 * machines whose vectors are made of two halves do in one step. */
static inline void load(const float complex *from, cal_v8f *re, cal_v8f *im)
{
    cal_v8f a, b;
    memcpy(&a, from, sizeof a);
    memcpy(&b, (const float *)from + CAL_ROW_LANES, sizeof b);
    *re = __builtin_shufflevector(a, b, 0, 2, 8, 10, 4, 6, 12, 14);
    *im = __builtin_shufflevector(a, b, 1, 3, 9, 11, 5, 7, 13, 15);
}

/* Eight numbers into that order, or back. */
static inline void swap_middle(cal_v8f *x)
{
    *x = __builtin_shufflevector(*x, *x, 0, 1, 4, 5, 2, 3, 6, 7);
}

/* 0 where it is not in use, also for NaN. */
static inline void mask(cal_v8f *x, const cal_v8i *in_use)
{
    *x = (cal_v8f)((cal_v8i)*x & *in_use);
}

/* 1 where the model is 0. */
static inline void find_blanks(const cal_v8f *mr, const cal_v8f *mi, cal_v8f *blank)
{
    *blank = (cal_v8f)((cal_v8i)ones & ((*mr == 0) & (*mi == 0)));
}

static inline void add(lanes *sum, const float complex *data, const float complex *model,
                       const float *use, const float *weight)
{
    cal_v8f vr, vi, mr, mi, u, w, blank;
    load(data, &vr, &vi);
    load(model, &mr, &mi);
    memcpy(&u, use, sizeof u);
    memcpy(&w, weight, sizeof w);
    swap_middle(&u);
    swap_middle(&w);
    cal_v8i in_use = u != 0;
    mask(&vr, &in_use);
    mask(&vi, &in_use);
    mask(&mr, &in_use);
    mask(&mi, &in_use);
    find_blanks(&mr, &mi, &blank);
    mask(&blank, &in_use);
    mr += blank; /* a model of 0 leaves the sample as it is */
    sum->re += w * (vr * mr + vi * mi);
    sum->im += w * (vi * mr - vr * mi);
    sum->weight += w * (mr * mr + mi * mi);
    sum->count += u;
    sum->blank += blank;
}

/* The same where all are in use and weigh 1. */
static inline void add_all(lanes *sum, const float complex *data, const float complex *model)
{
    cal_v8f vr, vi, mr, mi, blank;
    load(data, &vr, &vi);
    load(model, &mr, &mi);
    find_blanks(&mr, &mi, &blank);
    mr += blank;
    sum->re += vr * mr + vi * mi;
    sum->im += vi * mr - vr * mi;
    sum->weight += mr * mr + mi * mi;
    sum->count += ones;
    sum->blank += blank;
}

/* Every lane to its correlation, from the first to the last. */
static inline void fold(const cal_v8f *swapped, int corrs, float *out)
{
    cal_v8f x = *swapped;
    float one = 0;
    swap_middle(&x);
    switch (corrs) {
    case 1:
        for (int k = 0; k < CAL_ROW_LANES; k++)
            one += x[k];
        memcpy(out, (float[CAL_ROW_CORRS]){one}, CAL_ROW_CORRS * sizeof *out);
        break;
    case 2:
        for (int c = 0; c < 2; c++)
            out[c] = 0 + x[c] + x[c + 2] + x[c + 4] + x[c + 6];
        out[2] = out[3] = 0;
        break;
    default:
        for (int c = 0; c < CAL_ROW_CORRS; c++)
            out[c] = 0 + x[c] + x[c + 4];
    }
}

CAL_VECTOR_CLONES
void cal_row_sum(const float complex *data, const float complex *model, const float *use,
                 const float *weight, int samples, int corrs, cal_row_sums *sums)
{
    lanes sum = {0};
    int k = 0;
    for (; !use && k + CAL_ROW_LANES <= samples; k += CAL_ROW_LANES)
        add_all(&sum, data + k, model + k);
    for (; use && k + CAL_ROW_LANES <= samples; k += CAL_ROW_LANES)
        add(&sum, data + k, model + k, use + k, weight + k);
    if (k < samples) {
        float complex v[CAL_ROW_LANES] = {0}, m[CAL_ROW_LANES] = {0};
        float rest[CAL_ROW_LANES] = {0};
        memcpy(v, data + k, (size_t)(samples - k) * sizeof *v);
        memcpy(m, model + k, (size_t)(samples - k) * sizeof *m);
        for (int i = k; i < samples; i++)
            rest[i - k] = 1;
        add(&sum, v, m, use ? use + k : rest, use ? weight + k : rest);
    }
    cal_v8f modelled = sum.count - sum.blank;
    fold(&sum.re, corrs, sums->re);
    fold(&sum.im, corrs, sums->im);
    fold(&sum.weight, corrs, sums->weight);
    fold(&sum.count, corrs, sums->count);
    fold(&modelled, corrs, sums->modelled);
}

static bool is_finite(float complex x)
{
    return isfinite(crealf(x)) && isfinite(cimagf(x));
}

int cal_row_drop_not_finite(const float complex *data, const float complex *model, float *use,
                            float *weight, int samples)
{
    int dropped = 0;
    for (int k = 0; k < samples; k++)
        if (use[k] != 0 && !(is_finite(data[k]) && is_finite(model[k]) && isfinite(weight[k]))) {
            use[k] = weight[k] = 0;
            dropped++;
        }
    return dropped;
}

bool cal_row_is_finite(const cal_row_sums *sums, int corrs)
{
    bool good = true;
    for (int c = 0; c < corrs; c++)
        good = good && isfinite(sums->re[c]) && isfinite(sums->im[c]) && isfinite(sums->weight[c]);
    return good;
}
