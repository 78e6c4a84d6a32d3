#include "loss/trace/trace.hpp"

#include <algorithm>
#include <linden/ops.hpp>

#include "base/fail.hpp"
#include "loss/trace/loss_terms.hpp"
#include "autograd/obstacle.hpp"
#include "autograd/traced.hpp"
#include "loss/trace/probe.hpp"
#include "loss/trace/program_builder.hpp"

namespace linden {
namespace {

std::vector<const Node*> nodes_below(std::span<const Term> terms) {
  std::vector<const Node*> tops;
  for (const Term& term : terms)
    if (std::ranges::find(tops, term.node) == tops.end()) tops.push_back(term.node);
  return in_order_of_depth(std::move(tops));
}

/// Whether the score is among the arguments that these come from.
bool reads_score(const std::vector<const Node*>& nodes) {
  return std::ranges::any_of(
      nodes, [](const Node* node) { return node->traced && node->op().code == OpCode::variable && node->op().a == 0; });
}

}  // namespace

Trace trace(const std::string& name, const TensorLoss& loss, const TraceOptions& options) {
  Trace result;
  try {
    const Probe p = make_probe(options, 0);
    const std::int64_t rows = p.label.size(0);
    {
      const TapeScope scope(TapeMode::trace);
      std::vector<Tensor> parameters;
      for (std::size_t i = 0; i < p.parameters.size(); ++i)
        parameters.push_back(traced_argument(p.parameters[i], static_cast<std::int64_t>(i) + 2));
      Tensor y;
      try {
        y = loss(traced_argument(p.score, 0), traced_argument(p.label, 1), parameters);
      } catch (const std::exception& error) {
        result.is_untried = true;
        obstacle("on {} made-up rows it throws \"{}\"", rows, error.what());
      }
      if (y.shape() != Shape{rows} && y.rank() != 0)
        fail<ShapeError>(
            "loss::custom(\"{}\"): on the {} made-up rows that it is tried with, scores {} and labels {}, it gives "
            "shape "
            "{}, but it must give one loss a row, {}, or one in all, [].",
            name, rows, p.score.shape().text(), p.label.shape().text(), y.shape().text(), Shape{rows}.text());
      const Node* const last = TensorAccess::node(y).get();
      const std::vector<const Node*> nodes = last ? in_order_of_depth({last}) : std::vector<const Node*>();
      if (!reads_score(nodes))
        fail<ArgumentError>("loss::custom(\"{}\"): the loss does not depend on the score.", name);
      if (y.shape() != Shape{rows}) result.reduction = Reduction::sum;
      const std::vector<Term> terms = terms_of(*last, y.shape(), rows, result.reduction);
      result.program = program_of(terms, nodes_below(terms), options, rows);
    }
    if (!agrees(result.program, loss, options, result.reduction))
      obstacle("what it does depends on how many rows there are, or on their values");
  } catch (const Obstacle& found) {
    result.obstacle = found.reason;
    result.mixes_rows = result.is_untried || mixes_rows(loss, options);
  }
  return result;
}

}  // namespace linden
