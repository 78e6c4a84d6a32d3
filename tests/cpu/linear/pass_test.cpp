// Scores, evaluation and Hessian products of linear models against plain loops in long double.
#include <linden/loss.hpp>
#include <linden/ops.hpp>

#include "cpu/linear/designs.hpp"
#include "loss/loss_references.hpp"

namespace linden {
namespace {

using test::DesignOptions;
using test::every_linear_level;
using test::expect_near;
using test::numbers;
using test::Rows;
using test::Scratch;
using test::TestDesign;

using Real = long double;
using Reals = std::vector<Real>;

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

/// [outputs, rows]
Reals scores_of(const TestDesign& design, std::int64_t outputs, const std::vector<double>& parameters) {
  Reals scores;
  for (std::int64_t k = 0; k < outputs; ++k)
    for (std::int64_t i = 0; i < design.rows(); ++i) {
      Real sum = 0;
      for (std::int64_t j = 0; j < design.width(); ++j) sum += design(i, j) * parameters[index(k * design.width() + j)];
      scores.push_back(sum);
    }
  return scores;
}

/// [outputs, width], of r [outputs, rows] with weights.
Reals gradient_of(const TestDesign& design, std::int64_t outputs, const Reals& r) {
  Reals gradient;
  for (std::int64_t k = 0; k < outputs; ++k)
    for (std::int64_t j = 0; j < design.width(); ++j) {
      Real sum = 0;
      for (std::int64_t i = 0; i < design.rows(); ++i)
        if (design.weight(i) != 0) sum += design.weight(i) * design(i, j) * r[index(k * design.rows() + i)];
      gradient.push_back(sum);
    }
  return gradient;
}

/// Loss, slopes and curvatures of one row, as the documentation has them.
struct Derivatives {
  Real loss = 0;
  Reals slope, curvature;
};
using RowFunction = std::function<Derivatives(const Reals& s, double label)>;

Derivatives one(Real loss, Real slope, Real curvature) { return {loss, {slope}, {curvature > 0 ? curvature : 0}}; }

struct Case {
  std::string name;
  LossSpec spec;
  RowFunction row;
  int classes = 0;  ///< labels are classes, else real and >= 0
};

LossSpec spec_of(LossKind kind, std::int32_t outputs = 1, double parameter = 0) {
  LossSpec spec;
  spec.kind = kind;
  spec.outputs = outputs;
  spec.parameter[0] = parameter;
  return spec;
}

Derivatives softmax_row_of(const Reals& s, double label) {
  Derivatives row;
  Real sum = 0;
  for (const Real score : s) sum += std::exp(score);
  for (std::size_t k = 0; k < s.size(); ++k) {
    const Real p = std::exp(s[k]) / sum;
    row.slope.push_back(p - (static_cast<double>(k) == label ? 1 : 0));
    row.curvature.push_back(p);
  }
  row.loss = std::log(sum) - s[static_cast<std::size_t>(label)];
  return row;
}

const Loss& cauchy() {
  static const Loss loss =
      loss::custom("cauchy", [](const Tensor& score, const Tensor& y) { return log1p(square(score - y)); });
  return loss;
}

const Loss& two_scores() {
  static const Loss loss = loss::custom("two scores",
                                        [](const Tensor& score, const Tensor& y) {
                                          const Tensor a = score.select(1, 0), b = score.select(1, 1);
                                          return 0.5 * exp(-b) * square(y - a) + 0.5 * b;
                                        },
                                        {.outputs = 2});
  return loss;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Loss& loss : joint_losses()) {
    if (loss.outputs() > 1) continue;
    const LossSpec spec = loss.definition().spec;
    const bool has_corners = traits_of(spec)->shape == LossShape::cornered,
               is_majorised = traits_of(spec)->is_majorised;
    all.push_back({loss.name(), spec,
                   [=](const Reals& s, double y) {
                     const Jet at(s[0], 1), row = reference_value(spec.kind, {&at, 1}, y, spec.parameter[0]);
                     Real curvature = has_corners ? 1 : is_majorised ? row.first / (s[0] - y) : row.second;
                     if (spec.kind == kind_of<MapeLoss>) curvature = 1 / std::max(1.0, std::abs(y));
                     // The parabola about the middle of the hinge's bend.
                     if (spec.kind == kind_of<HingeLoss>)
                       curvature = 1 / std::max<Real>(1, std::abs((y > 0.5 ? 2 : -2) * s[0] - 1));
                     return one(row.value, row.first, curvature);
                   },
                   loss.classes()});
  }
  all.push_back({"softmax", spec_of(kind_of<SoftmaxLoss>, 3), softmax_row_of, 3});
  all.push_back({"cauchy", cauchy().definition().spec, [](const Reals& s, double y) {
                   const Real r = s[0] - y, q = 1 + r * r;
                   return one(std::log(q), 2 * r / q, 2 / q - 4 * r * r / (q * q));
                 }});
  all.push_back({"two scores", two_scores().definition().spec, [](const Reals& s, double y) {
                   const Real r = y - s[0], e = std::exp(-s[1]);
                   return Derivatives{e * r * r / 2 + s[1] / 2, {-e * r, (1 - e * r * r) / 2}, {e, e * r * r / 2}};
                 }});
  return all;
}

std::vector<double> labels_of(const Case& c, std::int64_t rows) {
  std::vector<double> labels = numbers<double>(index(rows), 0, 3, false, 5);
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (c.classes > 0) labels[i] = static_cast<double>((i * 7 + i / 3) % static_cast<std::size_t>(c.classes));
  return labels;
}

/// All entries of the table but hessian and triangle, for one loss and one design.
void check(const Case& c, const DesignOptions& options) {
  const TestDesign design(options);
  SCOPED_TRACE(c.name + ", " + design.name());
  const std::int32_t outputs = c.spec.outputs;
  const std::int64_t rows = design.rows(), size = outputs * design.width();
  const bool softmax = c.spec.kind == kind_of<SoftmaxLoss>;
  const std::vector<double> labels = labels_of(c, rows);
  const std::vector<double> parameters = numbers<double>(index(size), -0.3, 0.3, false, 3);
  const std::vector<double> direction = numbers<double>(index(size), -1, 1, false, 4);

  const Reals scores = scores_of(design, outputs, parameters), moves = scores_of(design, outputs, direction);
  Reals slopes(scores.size()), curvatures(scores.size()), bends(scores.size());
  Real mean_loss = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    Reals s;
    for (std::int64_t k = 0; k < outputs; ++k) s.push_back(scores[index(k * rows + i)]);
    const Derivatives row = c.row(s, labels[index(i)]);
    mean_loss += design.weight(i) * row.loss;
    Real mean = 0;
    for (std::int64_t k = 0; k < outputs; ++k) mean += row.curvature[index(k)] * moves[index(k * rows + i)];
    for (std::int64_t k = 0; k < outputs; ++k) {
      const std::size_t at = index(k * rows + i);
      slopes[at] = row.slope[index(k)];
      curvatures[at] = row.curvature[index(k)];
      bends[at] = curvatures[at] * (moves[at] - (softmax ? mean : 0));
    }
  }
  const Reals gradient = gradient_of(design, outputs, slopes), product = gradient_of(design, outputs, bends);
  const double bound = 1e-12;

  every_linear_level([&](const LinearKernels& kernels, Context& context) {
    Scratch scratch(kernels, context, design.view(), outputs, false);
    std::vector<double> got_scores(scores.size()), got_curvatures(scores.size()), got_gradient(index(size)), loss(1);
    std::vector<double> got_product(index(size)), plain_scores(scores.size());
    kernels.scores(context, {design.view(), outputs, parameters.data(), plain_scores.data(), scratch.data()});
    kernels.evaluate(
        context, {design.view(), design.weights(), c.spec, labels.data(), parameters.data(), got_scores.data(),
                  got_curvatures.data(), got_gradient.data(), loss.data(), nullptr, nullptr, false, 1, scratch.data()});
    kernels.hessian_product(context, {design.view(), design.weights(), softmax, outputs, got_curvatures.data(),
                                      direction.data(), got_product.data(), scratch.data()});
    expect_near(plain_scores, scores, 1e-13, "scores");
    test::expect_same(got_scores, plain_scores);
    expect_near(got_curvatures, curvatures, bound, "curvatures");
    expect_near(got_gradient, gradient, bound, "gradient");
    expect_near(loss, {mean_loss}, bound, "loss");
    expect_near(got_product, product, bound, "product");
    std::vector<double> all = got_gradient;
    for (const auto* part : {&got_scores, &got_curvatures, &got_product, &loss})
      all.insert(all.end(), part->begin(), part->end());
    return all;
  });
}

TEST(LinearPass, every_loss_on_every_layout) {
  for (const Case& c : cases())
    for (const Rows layout : test::all_layouts) check(c, {.layout = layout, .rows = 300, .columns = 11});
}

TEST(LinearPass, rows_around_a_tile_and_several_chunks) {
  const std::vector<Case> all = cases();
  for (const Rows layout : {Rows::row_major, Rows::column_major, Rows::sparse})
    for (const std::int64_t rows : {1, 2, 7, 8, 9, 255, 256, 257, 1500})
      for (const std::size_t number : {std::size_t{1}, std::size_t{6}})
        check(all[number], {.layout = layout, .rows = rows, .columns = 9});
}

TEST(LinearPass, widths_around_a_panel_in_single_and_double) {
  const Case logistic = cases()[1];
  for (const DType dtype : {DType::f32, DType::f64})
    for (const Rows layout : test::all_layouts)
      for (const std::int32_t columns : {1, 2, 6, 7, 8, 9, 16, 23, 40})
        check(logistic, {.layout = layout, .dtype = dtype, .rows = 70, .columns = columns});
}

TEST(LinearPass, wide_designs_take_smaller_tiles) {
  check(cases()[1], {.layout = Rows::row_major, .rows = 300, .columns = 400});
  check(cases()[1], {.layout = Rows::column_major, .rows = 100, .columns = 1100});
}

TEST(LinearPass, without_intercept_or_weights_or_a_column) {
  for (const Rows layout : test::all_layouts)
    for (const std::size_t number : {std::size_t{0}, std::size_t{6}}) {
      check(cases()[number], {.layout = layout, .rows = 90, .intercept = false});
      check(cases()[number], {.layout = layout, .rows = 90, .weighted = false});
      check(cases()[number], {.layout = layout, .rows = 90, .left_out = 2});
    }
}

TEST(LinearPass, a_given_row_gradient_is_summed_and_nothing_else_is_touched) {
  for (const Rows layout : test::all_layouts) {
    const TestDesign design({.layout = layout, .rows = 600, .columns = 6});
    const std::vector<double> given = numbers<double>(1200, -1, 1);
    const Reals wanted = gradient_of(design, 2, Reals(given.begin(), given.end()));
    every_linear_level([&](const LinearKernels& kernels, Context& context) {
      Scratch scratch(kernels, context, design.view(), 2, false);
      EvaluateTask task;
      task.design = design.view();
      task.weights = design.weights();
      task.loss = spec_of(LossKind::tape, 2);
      task.row_gradients = given.data();
      std::vector<double> gradient(14), loss{5}, scores(1200, 3);
      task.gradient = gradient.data();
      task.mean_loss = loss.data();
      task.scores = scores.data();
      task.scratch = scratch.data();
      kernels.evaluate(context, task);
      expect_near(gradient, wanted, 1e-13, "gradient");
      EXPECT_EQ(loss[0], 5);
      EXPECT_EQ(scores, std::vector<double>(1200, 3));
      return gradient;
    });
  }
}

TEST(LinearPass, several_points_of_one_pass_are_as_each_alone) {
  constexpr std::int32_t points = 7;  // more than are multiplied at once
  constexpr std::int64_t rows = 600, width = 12;
  const std::vector<double> labels = numbers<double>(rows, 0, 1), offsets = numbers<double>(rows, -1, 1);
  const std::vector<double> parameters = numbers<double>(points * width, -1, 1);
  for (const Rows layout : test::all_layouts) {
    const TestDesign design({.layout = layout, .rows = rows, .columns = width - 1});
    for (const LossKind kind : {kind_of<SquaredLoss>, kind_of<LogisticLoss>})
      every_linear_level([&](const LinearKernels& kernels, Context& context) {
        struct Found {
          std::vector<double> scores, curvatures, gradient, loss;
        };
        const auto evaluated = [&](std::int32_t count, const double* at) {
          const auto n = index(count);
          Found found{std::vector<double>(n * rows), std::vector<double>(n * rows), std::vector<double>(n * width),
                      std::vector<double>(n)};
          Scratch scratch(kernels, context, design.view(), count, false);
          kernels.evaluate(context, {.design = design.view(),
                                     .weights = design.weights(),
                                     .loss = spec_of(kind),
                                     .labels = labels.data(),
                                     .parameters = at,
                                     .scores = found.scores.data(),
                                     .curvatures = found.curvatures.data(),
                                     .gradient = found.gradient.data(),
                                     .mean_loss = found.loss.data(),
                                     .offsets = offsets.data(),
                                     .points = count,
                                     .scratch = scratch.data()});
          return found;
        };
        const Found all = evaluated(points, parameters.data());
        const auto part = [](const std::vector<double>& of, std::int64_t p, std::int64_t size) {
          return std::vector<double>(of.begin() + p * size, of.begin() + (p + 1) * size);
        };
        // Sparse rows are summed in another order where there are several outputs.
        const double bound = layout == Rows::sparse ? 1e-13 : 0;
        for (std::int64_t p = 0; p < points; ++p) {
          const Found one = evaluated(1, parameters.data() + p * width);
          const auto same = [&](const std::vector<double>& got, const std::vector<double>& wanted, const char* what) {
            expect_near(got, Reals(wanted.begin(), wanted.end()), bound, what);
          };
          same(part(all.scores, p, rows), one.scores, "scores");
          same(part(all.curvatures, p, rows), one.curvatures, "curvatures");
          same(part(all.gradient, p, width), one.gradient, "gradient");
          same({all.loss[index(p)]}, one.loss, "loss");
        }
        return all.gradient;
      });
  }
}

/// Row 4 has a label that makes the loss NaN.
double mean_loss_with(double weight_of_bad_row, std::vector<double>* gradient) {
  const TestDesign design({.layout = Rows::row_major, .rows = 40, .columns = 3});
  std::vector<double> weights(40, 1), labels(40, 1), scores(40), curvatures(40);
  labels[4] = std::nan("");
  weights[4] = weight_of_bad_row;
  const std::vector<double> parameters(4, 0.5);
  double loss = 0;
  gradient->assign(4, 0);
  every_linear_level([&](const LinearKernels& kernels, Context& context) {
    Scratch scratch(kernels, context, design.view(), 1, false);
    kernels.evaluate(context, {design.view(),
                               {weights.data(), 1.0 / 39},
                               spec_of(kind_of<LogisticLoss>),
                               labels.data(),
                               parameters.data(),
                               scores.data(),
                               curvatures.data(),
                               gradient->data(),
                               &loss,
                               nullptr,
                               nullptr,
                               false,
                               1,
                               scratch.data()});
    return std::vector<double>{loss};
  });
  return loss;
}

TEST(LinearPass, a_loss_that_is_not_finite_shows_unless_its_weight_is_0) {
  std::vector<double> gradient;
  EXPECT_FALSE(std::isfinite(mean_loss_with(1, &gradient)));
  EXPECT_TRUE(std::isfinite(mean_loss_with(0, &gradient)));
  for (const double g : gradient) EXPECT_TRUE(std::isfinite(g));
}

}  // namespace
}  // namespace linden
