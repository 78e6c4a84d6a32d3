// loss::custom: options checked, the function traced, and the names of built-in losses kept for them.
#include "loss/custom.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <linden/ops.hpp>
#include <type_traits>
#include <utility>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "base/log.hpp"
#include "base/utf8.hpp"
#include "loss/definition.hpp"
#include "loss/distribution.hpp"
#include "loss/trace/probe.hpp"
#include "loss/trace/program_rows.hpp"
#include "loss/tape_derivatives.hpp"

namespace linden {
namespace {

LabelKind labels_for(const loss::CustomOptions& options) {
  if (options.labels) return *options.labels;
  switch (options.link) {
    case Link::sigmoid:
    case Link::probit:
    case Link::cloglog:
    case Link::softmax: return LabelKind::classes;
    case Link::exp:
    case Link::sqrt:
    case Link::expm1: return LabelKind::nonnegative;
    case Link::log_normal:
    case Link::inverse:
    case Link::inverse_square:
    case Link::gamma: return LabelKind::positive;
    case Link::identity:
    case Link::sorted:
    case Link::normal: break;
  }
  return LabelKind::real;
}

void check_options(const std::string& name, const loss::CustomOptions& options) {
  if (name.empty() || !is_utf8(name))
    fail<ArgumentError>("loss::custom: the name \"{}\" must be UTF-8 text that is not empty.", name);
  if (options.outputs < 1)
    fail<ArgumentError>("loss::custom(\"{}\"): outputs is {}, but it must be 1 or more.", name, options.outputs);
  if (!fits(options.link, options.outputs))
    fail<ArgumentError>(
        "loss::custom(\"{}\"): link {} with {} output(s). Hint: softmax and sorted want two or more, sigmoid, "
        "exp and expm1 want one, normal, log_normal and gamma two; identity takes any number.",
        name, name_of(options.link), options.outputs);
  if (options.curvature == Curvature::gauss_newton && options.link != Link::sigmoid && options.link != Link::exp)
    fail<ArgumentError>(
        "loss::custom(\"{}\"): curvature gauss_newton leaves out the bend of the link, and link {} is not one that it "
        "knows. Hint: it takes sigmoid and exp.",
        name, name_of(options.link));
  if (options.curvature == Curvature::majorising && options.link != Link::identity && options.link != Link::sigmoid)
    fail<ArgumentError>(
        "loss::custom(\"{}\"): curvature majorising is that of a parabola about the label, or for the link sigmoid "
        "about "
        "0, and link is {}. Hint: Curvature::one, absolute or gauss_newton.",
        name, name_of(options.link));
  for (const Tensor& t : options.parameters)
    if (t.rank() > 1)
      fail<ShapeError>(
          "loss::custom(\"{}\"): a parameter has shape {}, but it must be a scalar or have one value a row.", name,
          t.shape().text());
}

std::int32_t link_op(const loss::CustomOptions& options) {
  if (options.curvature != Curvature::gauss_newton) return -1;
  return options.link == Link::sigmoid ? op_number<Sigmoid>(UnaryOps()) : op_number<Exp>(UnaryOps());
}

bool equal(const RowProgram& a, const RowProgram& b) {
  const auto same = [](const RowInstruction& x, const RowInstruction& y) {
    return x.code == y.code && x.is_link == y.is_link && x.op == y.op && x.out == y.out && x.a == y.a && x.b == y.b &&
           x.c == y.c;
  };
  return a.outputs == b.outputs && a.parameters == b.parameters && a.constants == b.constants && a.result == b.result &&
         a.instructions == b.instructions &&
         std::memcmp(a.constant, b.constant, static_cast<std::size_t>(a.constants) * sizeof(double)) == 0 &&
         std::equal(a.instruction, a.instruction + a.instructions, b.instruction, same);
}

/// The program of a built-in loss in its documented form, if it has one.
bool builtin_program(const Loss& loss, RowProgram& program) {
  const LossSpec& spec = loss.definition().spec;
  const TraceOptions options{spec.outputs, 0, loss.label_kind(), -1};
  return visit_loss(spec, [&](auto form) {
    using Form = decltype(form);
    if constexpr (std::is_same_v<Form, SoftmaxLoss>) {
      program = trace(
                    loss.name(),
                    [](const Tensor& score, const Tensor& label, std::span<const Tensor>) {
                      return logsumexp(score, 1) - gather(score, 1, cast(label, DType::i64));
                    },
                    options)
                    .program;
      return true;
    } else if constexpr (std::is_invocable_v<Form, const Tensor&, const Tensor&> && !is_per_class<Form>) {
      program = trace(
                    loss.name(),
                    [&](const Tensor& score, const Tensor& label, std::span<const Tensor>) -> Tensor {
                      return form(score, label);
                    },
                    options)
                    .program;
      return true;
    } else {
      return false;
    }
  });
}

/// Whether these parts are the built-in loss of that name. Throws ArgumentError for its name with other parts.
bool is_builtin(const std::string& name, const loss::CustomOptions& options, const CustomLoss& parts) {
  const std::vector<std::string> known = loss::names();
  if (std::find(known.begin(), known.end(), name) == known.end()) return false;
  const Loss builtin = loss::by_name(name, {}, std::max(options.outputs, 2));
  RowProgram program;
  if (options.outputs == builtin.outputs() && options.link == builtin.link() &&
      labels_for(options) == builtin.label_kind() && options.curvature == Curvature::clamped &&
      parts.obstacle.empty() && builtin_program(builtin, program) && equal(program, parts.program))
    return true;
  fail<ArgumentError>(
      "loss::custom(\"{}\"): that is the name of a built-in loss, and this is another one. Hint: choose another name, "
      "or spell the expression, link and labels as its documentation does.",
      name);
}

}  // namespace

const char* why_unknown(const CustomLoss& loss) {
  if (loss.is_link_only) return "is that of a model of another library, known by its name and link alone";
  return loss.function || loss.obstacle.empty() ? "" : "was read from a file without its function";
}

bool is_of_groups(const Loss& loss) {
  const Loss::Definition& definition = loss.definition();
  return definition.spec.kind == LossKind::group || (definition.custom && definition.custom->is_of_groups);
}

bool fits(Link link, int outputs) {
  if (is_of_distribution(link)) return outputs == 2;
  return link == Link::identity || (link == Link::softmax || link == Link::sorted) == (outputs > 1);
}

const char* name_of(Curvature curvature) noexcept {
  constexpr const char* names[] = {"clamped", "exact", "absolute", "gauss_newton", "one", "majorising"};
  return names[static_cast<int>(curvature)];
}

namespace {

CurvatureRule rule_of(Curvature curvature) {
  switch (curvature) {
    case Curvature::clamped:
    case Curvature::gauss_newton: break;
    case Curvature::exact: return CurvatureRule::exact;
    case Curvature::absolute: return CurvatureRule::absolute;
    case Curvature::one: return CurvatureRule::one;
    case Curvature::majorising: return CurvatureRule::majorising;
  }
  return CurvatureRule::clamped;
}

}  // namespace

Loss custom_loss(std::string name, Link link, int outputs, LabelKind labels, CustomLoss parts) {
  for (const Tensor& t : parts.parameters)
    if (t.rank() == 1) parts.columns.push_back(t.data<double>());
  const auto custom = std::make_shared<const CustomLoss>(std::move(parts));
  Loss::Definition definition;
  definition.name = std::move(name);
  definition.link = link;
  definition.label_kind = labels;
  definition.classes = labels == LabelKind::classes ? std::max(outputs, 2) : 0;
  definition.custom = custom;
  if (custom->is_builtin) {  // its parameters have the values that its documentation spells out
    const Loss builtin = loss::by_name(definition.name);
    definition.parameters = builtin.definition().parameters;
    std::ranges::copy(builtin.definition().spec.parameter, definition.spec.parameter);
  }
  definition.spec.kind = custom->obstacle.empty() ? LossKind::program : LossKind::tape;
  definition.spec.outputs = outputs;
  definition.spec.program = &custom->program;
  definition.spec.program_parameters = custom->columns.data();
  definition.spec.curvature = rule_of(custom->curvature);
  definition.spec.majoriser = {custom->nearest, link == Link::identity};
  return Loss(std::make_shared<const Loss::Definition>(std::move(definition)));
}

Loss loss_of_rows(const Loss& loss, std::span<const std::int64_t> rows) {
  const Loss::Definition& definition = loss.definition();
  if (!definition.custom || !definition.custom->parameters_by_row) return loss;
  CustomLoss parts = *definition.custom;
  parts.columns.clear();
  for (Tensor& t : parts.parameters) {
    if (t.rank() != 1) continue;
    const std::span<const double> all = t.span<const double>();
    std::vector<double> values;
    for (const std::int64_t row : rows) values.push_back(all[static_cast<std::size_t>(row)]);
    t = Tensor::copy_of(std::span<const double>(values), {std::ssize(values)});
  }
  return custom_loss(definition.name, definition.link, definition.spec.outputs, definition.label_kind,
                     std::move(parts));
}

void check_trainable(std::string_view where, const Loss& loss, std::int64_t rows) {
  const std::shared_ptr<const CustomLoss>& custom = loss.definition().custom;
  if (!custom) return;
  if (custom->is_link_only)
    fail<ArgumentError>("{}: loss \"{}\" {}, and training needs more. Hint: another loss, one of {}.", where,
                        loss.name(), why_unknown(*custom), listing(loss::names()));
  if (!custom->function && (!custom->obstacle.empty() || custom->program.parameters > 0))
    fail<ArgumentError>(
        "{}: loss \"{}\" was read from a file, and training needs its function. Hint: make it anew with loss::custom.",
        where, loss.name());
  for (const Tensor& t : custom->parameters)
    if (t.rank() == 1 && t.size(0) != rows)
      fail<ArgumentError>("{}: a parameter of loss \"{}\" has {} values for {} rows of data.", where, loss.name(),
                          t.size(0), rows);
}

namespace {

// The mean distance of labels from their mean over 256: steps of a majoriser near a corner of the loss.
double nearest_of(std::span<const double> labels) {
  double mean = 0, distance = 0;
  for (const double label : labels) mean += label / static_cast<double>(labels.size());
  for (const double label : labels) distance += std::abs(label - mean) / static_cast<double>(labels.size());
  const double scale = distance > 0 ? distance : std::abs(mean) > 0 ? std::abs(mean) : 1;
  return 0x1p-8 * scale;
}

// Scores without a pattern, all different.
Tensor scattered_scores(std::int64_t rows, int outputs) {
  Tensor scores = Tensor::empty(outputs == 1 ? Shape{rows} : Shape{rows, outputs});
  double place = 0.1;
  for (double& x : scores.span<double>()) {
    place = std::fmod(place + 0.6180339887498949, 1.0);
    x = 2 * place - 1;
  }
  return scores;
}

}  // namespace

Loss settled(std::string_view where, const Loss& loss, std::span<const double> labels) {
  const Loss::Definition& definition = loss.definition();
  if (!definition.custom || !definition.custom->function) return loss;
  const bool is_majorising = definition.custom->curvature == Curvature::majorising;
  if (!definition.custom->is_untried && !is_majorising) return loss;
  check_trainable(where, loss, static_cast<std::int64_t>(labels.size()));
  CustomLoss parts = *definition.custom;
  parts.columns.clear();
  if (parts.is_untried) {
    const auto rows = static_cast<std::int64_t>(labels.size());
    const Tensor label = Tensor::copy_of(labels, {rows}), score = scattered_scores(rows, loss.outputs());
    try {
      const Tensor y = parts.function(score, label, parts.parameters);
      if (y.shape() != Shape{rows} && y.elements() != 1)
        fail<ShapeError>("it gives shape {}, but it must give one loss a row, {}, or one in all", y.shape().text(),
                         Shape{rows}.text());
      parts.reduction = y.shape() == Shape{rows} ? Reduction::none : Reduction::sum;
      parts.mixes_rows = mixes_rows_at(parts.function, score, label, parts.parameters);
    } catch (const std::exception& error) {
      fail<ArgumentError>("{}: loss \"{}\" fails on the {} rows of the data, scores {} and labels {}: {}", where,
                          loss.name(), rows, score.shape().text(), label.shape().text(), error.what());
    }
    parts.is_untried = false;
  }
  if (is_majorising && loss.link() == Link::identity) parts.nearest = nearest_of(labels);
  if (is_majorising && parts.mixes_rows)
    fail<ArgumentError>("{}: loss \"{}\" mixes rows, and curvature majorising is that of one row. Hint: leave it out.",
                        where, loss.name());
  return custom_loss(loss.name(), loss.link(), loss.outputs(), loss.label_kind(), std::move(parts));
}

std::vector<double> losses_of(const Loss& loss, std::span<const double> scores, std::span<const double> labels) {
  const auto rows = static_cast<std::int64_t>(labels.size());
  const auto outputs = static_cast<std::size_t>(loss.outputs());
  std::vector<double> losses(labels.size());
  const CustomLoss* const custom = loss.definition().custom.get();
  if (custom && !custom->obstacle.empty()) {
    const Tensor by_output = Tensor::copy_of(scores, {loss.outputs(), rows});
    const Tensor score = loss.outputs() == 1 ? by_output.select(0, 0) : by_output.transpose(0, 1);
    const Tensor y = custom->function(score.contiguous(), Tensor::copy_of(labels, {rows}), custom->parameters);
    const Tensor values = cast(y.detach(), DType::f64).contiguous();
    std::ranges::copy(values.span<const double>(), losses.begin());
    return losses;
  }
  if (custom) {
    constexpr std::int64_t width = 64;
    ProgramRows tile(custom->program, width, true);
    for (std::int64_t first = 0; first < rows; first += width) {
      const std::int64_t count = std::min(width, rows - first);
      tile.load(scores.data() + first, rows, labels.data() + first, custom->columns.data(), first, count);
      tile.differentiate(0);
      for (std::int64_t i = 0; i < count; ++i) losses[static_cast<std::size_t>(first + i)] = tile.loss(i);
    }
    return losses;
  }
  std::vector<double> score(outputs);
  for (std::size_t row = 0; row < losses.size(); ++row) {
    for (std::size_t k = 0; k < outputs; ++k) score[k] = scores[k * labels.size() + row];
    losses[row] = loss.evaluate(score, labels[row]);
  }
  return losses;
}

double evaluate_custom(const Loss::Definition& loss, std::span<const double> score, double label, std::int64_t row,
                       std::span<double> gradient, std::span<double> curvature) {
  const CustomLoss& custom = *loss.custom;
  if (!custom.obstacle.empty()) return tape_evaluate(loss, score, label, row, gradient, curvature);
  const RowProgram& program = custom.program;
  ProgramRows tile(program, 1, true);
  tile.load(score.data(), 1, &label, custom.columns.data(), row, 1);
  for (std::int32_t k = 0; k < program.outputs; ++k) {
    tile.differentiate(k);
    if (!gradient.empty()) gradient[static_cast<std::size_t>(k)] = tile.gradient(0);
    if (!curvature.empty()) curvature[static_cast<std::size_t>(k)] = tile.curvature(0);
  }
  return tile.loss(0);
}

namespace loss {

Loss custom(std::string name, LossFunctionWithParameters function, CustomOptions options) try {
  check_options(name, options);
  if (!function) fail<ArgumentError>("loss::custom(\"{}\"): the function is empty.", name);
  CustomLoss parts;
  parts.curvature = options.curvature;
  std::int32_t by_row = 0;
  for (const Tensor& t : options.parameters) {
    parts.parameters.push_back(cast(t.detach(), DType::f64).contiguous());
    by_row += t.rank() == 1;
  }
  parts.parameters_by_row = by_row > 0;
  parts.function = std::move(function);
  // The trace makes up the parameters by row; scalars are constants of the program.
  const TensorLoss traced = [&](const Tensor& score, const Tensor& label, std::span<const Tensor> made_up) {
    std::vector<Tensor> all = parts.parameters;
    std::size_t next = 0;
    for (Tensor& t : all)
      if (t.rank() == 1) t = made_up[next++];
    return parts.function(score, label, all);
  };
  Trace found = trace(name, traced, {options.outputs, by_row, labels_for(options), link_op(options)});
  parts.program = found.program;
  parts.obstacle = std::move(found.obstacle);
  parts.mixes_rows = found.mixes_rows;
  parts.knows_rows = parts.is_untried = found.is_untried;
  parts.reduction = found.reduction;
  if (!parts.obstacle.empty()) {
    if (options.curvature == Curvature::gauss_newton)
      fail<ArgumentError>("loss::custom(\"{}\"): curvature gauss_newton needs a row program, but {}.", name,
                          parts.obstacle);
    if (options.curvature == Curvature::majorising && parts.mixes_rows && !parts.is_untried)
      fail<ArgumentError>("loss::custom(\"{}\"): it mixes rows, and curvature majorising is that of one row.", name);
    log(LogLevel::info, fmt::format("loss::custom(\"{}\"): evaluated by the tape, because {}.{}", name, parts.obstacle,
                                    parts.is_untried   ? " What it is, the rows of the data will say."
                                    : parts.mixes_rows ? " It mixes rows: the curvature is taken as 1."
                                                       : ""));
  }
  parts.is_builtin = is_builtin(name, options, parts);
  return custom_loss(std::move(name), options.link, options.outputs, labels_for(options), std::move(parts));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("loss::custom");
}

Loss custom(std::string name, LossFunction function, CustomOptions options) try {
  LossFunctionWithParameters with_parameters;
  if (function)
    with_parameters = [function = std::move(function)](const Tensor& score, const Tensor& label,
                                                       std::span<const Tensor>) { return function(score, label); };
  return custom(std::move(name), std::move(with_parameters), std::move(options));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("loss::custom");
}

Loss custom_group(std::string name, GroupLossFunction function, CustomGroupOptions options) try {
  if (name.empty() || !is_utf8(name))
    fail<ArgumentError>("loss::custom_group: the name \"{}\" must be UTF-8 text that is not empty.", name);
  if (const std::vector<std::string> known = names(); std::ranges::find(known, name) != known.end())
    fail<ArgumentError>("loss::custom_group(\"{}\"): that is the name of a built-in loss. Hint: choose another name.",
                        name);
  if (!function) fail<ArgumentError>("loss::custom_group(\"{}\"): the function is empty.", name);
  if (options.curvature == Curvature::gauss_newton || options.curvature == Curvature::majorising)
    fail<ArgumentError>(
        "loss::custom_group(\"{}\"): curvature {} is that of rows that are apart. Hint: clamped, exact, absolute or "
        "one.",
        name, name_of(options.curvature));
  if (options.labels == LabelKind::classes)
    fail<ArgumentError>("loss::custom_group(\"{}\"): labels are classes, which have no order. Hint: grades.", name);
  if (options.products < 0 || options.products > 128)
    fail<ArgumentError>("loss::custom_group(\"{}\"): products is {}, but it must be in [0, 128].", name,
                        options.products);
  CustomLoss parts;
  parts.curvature = options.curvature;
  parts.function = [function = std::move(function)](const Tensor& scores, const Tensor& labels,
                                                    std::span<const Tensor>) { return function(scores, labels); };
  parts.obstacle = "it is the loss of a group";
  parts.mixes_rows = parts.knows_rows = parts.is_of_groups = true;
  parts.products = options.products;
  return custom_loss(std::move(name), Link::identity, 1, options.labels, std::move(parts));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("loss::custom_group");
}

}  // namespace loss
}  // namespace linden
