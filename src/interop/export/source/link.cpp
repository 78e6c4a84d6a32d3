// Links as source. The text of exp and expm1 is that of backend/math/math.hpp, word for word but for the language.
#include "interop/export/scalar_trees.hpp"
#include "interop/export/source/source_text.hpp"
#include "loss/distribution.hpp"

namespace linden::exporting {
namespace {

constexpr std::string_view exp_parts_text = R"(
/* exp(x) = 2^k (1 + r + rest), where 2^k = up[0] up[1] and 2^-k = down[0] down[1]. */
FUNCTION double $power_of_two(uint64_t biased) {
  const uint64_t bits = biased << 52;
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
FUNCTION void $exp_parts(double x, double* r_out, double* rest, double* up, double* down) {
  const double magic = 6755399441057790.0, one_and_half = 6755399441055744.0;
  const double shifted = x * 1.4426950408889634 + magic;
  const double k = shifted - magic;
  uint64_t shifted_bits, base_bits, biased, first, second;
  double high, low, r, lost, r2, r4, p01, p23, p45, p67, p89, p;
  memcpy(&shifted_bits, &shifted, sizeof shifted);
  memcpy(&base_bits, &one_and_half, sizeof one_and_half);
  biased = shifted_bits - base_bits;
  first = biased >> 1;
  second = biased - first;
  high = x - k * {{ln2_high}};
  low = k * {{ln2_low}};
  r = high - low;
  lost = (high - r) - low;
  r2 = r * r;
  r4 = r2 * r2;
  p01 = {{p0}} + r * {{p1}};
  p23 = {{p2}} + r * {{p3}};
  p45 = {{p4}} + r * {{p5}};
  p67 = {{p6}} + r * {{p7}};
  p89 = {{p8}} + r * {{p9}};
  p = (p01 + r2 * p23) + r4 * ((p45 + r2 * p67) + r4 * p89);
  *r_out = r;
  *rest = lost + (0.5 * r2 + (r * r2) * p);
  up[0] = $power_of_two(first);
  up[1] = $power_of_two(second);
  down[0] = $power_of_two(2046 - first);
  down[1] = $power_of_two(2046 - second);
}
FUNCTION double $exponential(double x) {
  double r, rest, up[2], down[2];
  const double below = x > 710.0 ? 710.0 : x;
  $exp_parts(below < -746.0 ? -746.0 : below, &r, &rest, up, down);
  return (1.0 + (r + rest)) * up[0] * up[1];
}
)";

constexpr std::string_view expm1_text = R"(
FUNCTION double $exponential_minus_1(double x) {
  double r, rest, up[2], down[2], unit, whole, one_back, whole_lost, sum, sum_lost, result;
  const double below = x > 710.0 ? 710.0 : x;
  $exp_parts(below < -40.0 ? -40.0 : below, &r, &rest, up, down);
  unit = down[0] * down[1];
  whole = 1.0 - unit;
  one_back = whole + unit;
  whole_lost = (1.0 - one_back) - (unit - (one_back - whole));
  sum = whole + r;
  sum_lost = r - (sum - whole);
  result = (sum + (sum_lost + (whole_lost + rest))) * up[0] * up[1];
  return x == 0.0 ? x : result;
}
)";

constexpr std::string_view sigmoid_text = R"(
FUNCTION double $sigmoid(double x) {
  const double e = $exponential(-fabs(x));
  const double t = 1.0 / (1.0 + e);
  return x < 0.0 ? e * t : t;
}
)";

void write_exponentials(SourceText& source, Link link) {
  std::vector<SourceText::Value> values{{"ln2_high", double_literal(0x1.62e42ffp-1)},
                                        {"ln2_low", double_literal(-0x1.718432a1b0e26p-35)}};
  constexpr double p[] = {0x1.5555555555559p-3,  0x1.555555555555ap-5,  0x1.111111110f6abp-7,  0x1.6c16c16c14456p-10,
                          0x1.a01a01afe85dap-13, 0x1.a01a01b0b745cp-16, 0x1.71ddf8479405ap-19, 0x1.27e4c59dbc12ap-22,
                          0x1.af5ed9ff53859p-26, 0x1.1f956b0abe82cp-29};
  constexpr std::string_view names[] = {"p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9"};
  for (int i = 0; i < 10; ++i) values.push_back({names[i], double_literal(p[i])});
  source.code(exp_parts_text, values);
  if (link == Link::expm1 || link == Link::log_normal || link == Link::cloglog) source.code(expm1_text);
  if (link == Link::sigmoid) source.code(sigmoid_text);
}

// From scores in `out` to predictions there.
std::string_view body_of(Link link) {
  switch (link) {
    case Link::identity: return "";
    case Link::sigmoid: return "  for (k = 0; k < ~outputs; ++k) out[k] = $sigmoid(out[k]);\n";
    case Link::exp: return "  for (k = 0; k < ~outputs; ++k) out[k] = $exponential(out[k]);\n";
    case Link::expm1: return "  for (k = 0; k < ~outputs; ++k) out[k] = $exponential_minus_1(out[k]);\n";
    case Link::softmax:
      return R"(  double shift = out[0], sum = 0.0;
  for (k = 1; k < ~outputs; ++k) shift = out[k] > shift ? out[k] : shift;
  for (k = 0; k < ~outputs; ++k) sum += out[k] = $exponential(out[k] - shift);
  for (k = 0; k < ~outputs; ++k) out[k] /= sum;
)";
    case Link::sorted:
      return R"(  for (k = 1; k < ~outputs; ++k) {
    const double score = out[k];
    int place = k;
    for (; place > 0 && out[place - 1] > score; --place) out[place] = out[place - 1];
    out[place] = score;
  }
)";
    case Link::normal: return "  out[1] = $exponential(out[1]);\n";
    case Link::log_normal:
      return R"(  const double second = $exponential(out[1]), variance = second * second;
  const double mean = $exponential(out[0] + 0.5 * variance);
  out[1] = mean * sqrt($exponential_minus_1(variance));
  out[0] = mean;
)";
    case Link::gamma:
      return R"(  const double mean = $exponential(out[0]);
  out[1] = mean * $exponential(-0.5 * out[1]);
  out[0] = mean;
)";
    case Link::cloglog:
      return "  for (k = 0; k < ~outputs; ++k) out[k] = -$exponential_minus_1(-$exponential(out[k]));\n";
    case Link::sqrt: return "  for (k = 0; k < ~outputs; ++k) out[k] = out[k] * out[k];\n";
    case Link::inverse: return "  for (k = 0; k < ~outputs; ++k) out[k] = 1.0 / out[k];\n";
    case Link::inverse_square: return "  for (k = 0; k < ~outputs; ++k) out[k] = 1.0 / sqrt(out[k]);\n";
    case Link::probit: break;
  }
  return "";
}

}  // namespace

void write_link(SourceText& source, const Loss& loss, const std::vector<std::string>& classes, bool has_offset,
                bool inside) {
  const Link link = loss.link();
  if (source.request().options.scores) return;
  if (link == Link::probit) refuse_link(source.request(), loss);
  if (inside) {
    if (link != Link::identity && link != Link::sorted) write_exponentials(source, link);
    return;
  }
  const bool counts = link != Link::identity && !is_of_distribution(link);
  source.code(
      "\n/* The prediction of a row, from the scores through the link {{link}}. */\n"
      "FUNCTION void ~predict(const double* row, {{parameter}}double* out) {\n{{k}}  ~scores(row, {{offset}}out);\n",
      {{"link", name_of(link)},
       {"k", counts ? "  int k;\n" : ""},
       {"parameter", has_offset ? "const double* offset, " : ""},
       {"offset", has_offset ? "offset, " : ""}});
  source.code("  {\n");
  source.code(body_of(link));
  source.code("  }\n}\n");
  if (classes.empty()) return;
  source.code(loss.outputs() == 1 ? R"(
/* The class of a prediction, as class_names counts it. */
FUNCTION int ~label(const double* prediction) { return prediction[0] >= 0.5 ? 1 : 0; }
)"
                                  : R"(
/* The class of a prediction, as class_names counts it. */
FUNCTION int ~label(const double* prediction) {
  int best = 0, k;
  for (k = 1; k < ~outputs; ++k)
    if (prediction[k] > prediction[best]) best = k;
  return best;
}
)");
}

}  // namespace linden::exporting
