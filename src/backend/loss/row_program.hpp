// A loss as data: a small program over the ops of scalar_ops.hpp, and its interpreter.
//
// loss::custom traces a user's expression into such a program once (src/loss/trace/trace.cpp). The interpreter runs it
// on second-order dual numbers, for a tile of rows at a time (one row on a GPU), in the order of its instructions:
// loss, gradient and diagonal curvature without a graph. Each instruction calls the very overload that the same
// expression, compiled, would call: a constant, Line or Dual operand (dual.hpp) is known for every register before a
// row is touched. So a program that spells a built-in loss in its documented form gives its bits.
//
// Registers: the K scores, the label, parameters by row, constants, then results. For K scores the diagonal needs K
// seeds: values are computed once, then for each score the instructions that depend on it. Where only derivatives are
// asked for, values that none of them reads (softplus(s) in softplus(s) - y s) are not computed, as the compiler would
// leave them out.
#pragma once

#include <cstdint>

#include "backend/loss/row_instructions.hpp"
#include "backend/loss/row_losses.hpp"
#include "backend/math/scalar_ops.hpp"

namespace linden {

/// What a program reads, by row; score k of row r is scores[k * score_stride + r].
struct RowInputs {
  const double* scores = nullptr;
  std::int64_t score_stride = 0;
  const double* labels = nullptr;
  const double* const* parameters = nullptr;
};

LINDEN_LEVEL_BEGIN

/// What is known of a register's derivative: none, no second one, or nothing.
enum class DualKind : std::uint8_t { constant, line, dual };

/// An op on numbers of any kinds: the operators of dual.hpp, a lifted function, or the plain value.
template <class Op, class... Numbers>
LINDEN_HD auto apply_op(const Numbers&... x) {
  constexpr bool plain = (__is_same(Numbers, double) && ...);
  if constexpr (plain)
    return static_cast<double>(Op::value(x...));
  else if constexpr (Op::info.kind == OpKind::predicate || Op::info.kind == OpKind::rounding) {
    const auto value = [](const auto& n) {
      if constexpr (__is_same(decltype(n), const double&))
        return n;
      else
        return n.value;
    };
    return static_cast<double>(Op::value(value(x)...));
  } else if constexpr (__is_same(Op, Neg))
    return (-x, ...);
  else if constexpr (__is_same(Op, Add))
    return (x + ...);
  else if constexpr (__is_same(Op, Sub))
    return (x - ...);
  else if constexpr (__is_same(Op, Mul))
    return (x * ...);
  else if constexpr (__is_same(Op, Div))
    return (x / ...);
  else
    return lift<Op>(x...);
}

template <class T>
inline constexpr DualKind dual_kind_of = DualKind::constant;
template <>
inline constexpr DualKind dual_kind_of<Line> = DualKind::line;
template <>
inline constexpr DualKind dual_kind_of<Dual> = DualKind::dual;

/// Calls visitor(T()) for double, Line or Dual.
template <class Visitor>
LINDEN_HD void visit_kind(DualKind kind, const Visitor& visitor) {
  switch (kind) {
    case DualKind::constant: visitor(double()); break;
    case DualKind::line: visitor(Line()); break;
    case DualKind::dual: visitor(Dual()); break;
  }
}

/// The numbers of up to `width` rows, in memory of memory_size(program, width) doubles, for programs of so many
/// registers at most.
template <std::int32_t most_registers>
class BoundedRowTile {
 public:
  LINDEN_HD static std::int64_t memory_size(const RowProgram& program, std::int64_t width) {
    return 3 * width * program.registers;
  }

  /// `with_loss` says whether loss() will be asked for.
  LINDEN_HD BoundedRowTile(const RowProgram& program, double* memory, std::int64_t width, bool with_loss)
      : BoundedRowTile(program, memory, width, width, with_loss) {}

  /// A tile within a wider one of `stride` rows, whose memory begins with those of this tile: threads of a GPU side by
  /// side.
  LINDEN_HD BoundedRowTile(const RowProgram& program, double* memory, std::int64_t width, std::int64_t stride,
                           bool with_loss)
      : program_(program), memory_(memory), stride_(stride) {
    note_uses<most_registers>(program, with_loss, is_used_);
    const std::int32_t first = program.outputs + 1 + program.parameters;
    for (std::int32_t c = 0; c < program.constants; ++c)
      for (std::int64_t i = 0; i < width; ++i) value(first + c)[i] = program.constant[c];
  }

  /// Reads `count` rows from `begin` on.
  LINDEN_HD void load(const RowInputs& in, std::int64_t begin, std::int64_t count) {
    count_ = count;
    for (std::int32_t k = 0; k < program_.outputs; ++k) copy(in.scores + k * in.score_stride + begin, value(k));
    copy(in.labels + begin, value(program_.outputs));
    for (std::int32_t p = 0; p < program_.parameters; ++p)
      copy(in.parameters[p] + begin, value(program_.outputs + 1 + p));
    is_stale_ = program_.outputs > 1;
  }

  /// The loss and its derivatives in score `seed`, the curvature as `rule` has it (ruled_curvature() is still to come).
  LINDEN_HD void differentiate(std::int32_t seed, CurvatureRule rule = CurvatureRule::clamped,
                               const Majoriser& majoriser = {}) {
    // A majoriser wants the slopes at two other scores first. What it keeps, it keeps where the derivatives of the
    // label and the second one of the score would be, which nobody reads.
    const bool is_majorised = rule == CurvatureRule::majorising && program_.result > program_.outputs;
    for (int pass = is_majorised ? 0 : 2; pass < 3; ++pass) {
      if (is_majorised) place(seed, majoriser, pass);
      derive(seed);
      if (is_majorised) keep_slopes(seed, majoriser, pass);
    }
  }

  /// For tiles made with_loss, after differentiate().
  LINDEN_HD double loss(std::int64_t row) const { return memory_[program_.result * stride_ + row]; }
  LINDEN_HD double gradient(std::int64_t row) const {
    return memory_[(program_.registers + program_.result) * stride_ + row];
  }
  LINDEN_HD double curvature(std::int64_t row) const {
    return memory_[(2 * program_.registers + program_.result) * stride_ + row];
  }

 private:
  LINDEN_HD double centre(const Majoriser& majoriser, std::int64_t i) {
    return majoriser.about_label ? value(program_.outputs)[i] : 0.0;
  }
  LINDEN_HD double distance(const Majoriser& majoriser, double score, std::int64_t i) {
    const double far = math::abs(score - centre(majoriser, i));
    return far > majoriser.nearest ? far : majoriser.nearest;
  }

  /// The scores of pass 0 and 1, and those that were there for the last.
  LINDEN_HD void place(std::int32_t seed, const Majoriser& majoriser, int pass) {
    double *score = value(seed), *own = second(seed);
    for (std::int64_t i = 0; i < count_; ++i) {
      if (pass == 0) own[i] = score[i];
      const double away = distance(majoriser, own[i], i);
      score[i] = pass == 2 ? own[i] : centre(majoriser, i) + (pass == 0 ? away : -away);
    }
    is_stale_ = program_.outputs > 1;
  }

  LINDEN_HD void keep_slopes(std::int32_t seed, const Majoriser& majoriser, int pass) {
    double* kept = first(program_.outputs);
    for (std::int64_t i = 0; i < count_; ++i) {
      if (pass == 0) kept[i] = gradient(i);
      if (pass == 1) kept[i] -= gradient(i);
      if (pass == 2) second(program_.result)[i] = kept[i] / (2.0 * distance(majoriser, value(seed)[i], i));
    }
  }

  /// With several scores, all values first.
  LINDEN_HD void derive(std::int32_t seed) {
    if (is_stale_) {
      for (std::int32_t r = 0; r < program_.registers; ++r) kinds_[r] = DualKind::constant;
      for (std::int32_t i = 0; i < program_.instructions; ++i) run(program_.instruction[i], true);
      is_stale_ = false;
    }
    for (std::int32_t r = 0; r < program_.registers; ++r) kinds_[r] = DualKind::constant;
    kinds_[seed] = DualKind::line;
    for (std::int64_t i = 0; i < count_; ++i) first(seed)[i] = 1.0;
    for (std::int32_t i = 0; i < program_.instructions; ++i) run(program_.instruction[i], program_.outputs == 1);
    const std::int32_t r = program_.result;
    for (std::int64_t i = 0; i < count_; ++i) {
      if (kinds_[r] == DualKind::constant) first(r)[i] = 0.0;
      if (kinds_[r] != DualKind::dual) second(r)[i] = 0.0;
    }
  }

  LINDEN_HD double* value(std::int32_t r) { return memory_ + r * stride_; }
  LINDEN_HD double* first(std::int32_t r) { return memory_ + (program_.registers + r) * stride_; }
  LINDEN_HD double* second(std::int32_t r) { return memory_ + (2 * program_.registers + r) * stride_; }

  LINDEN_HD void copy(const double* from, double* to) const {
    for (std::int64_t i = 0; i < count_; ++i) to[i] = from[i];
  }

  /// The three numbers of a register, as pointers that loops can keep.
  struct Column {
    double *value, *first, *second;
  };
  LINDEN_HD Column column(std::int32_t r) { return {value(r), first(r), second(r)}; }

  LINDEN_HD static void read(const Column& c, std::int64_t i, double& x) { x = c.value[i]; }
  LINDEN_HD static void read(const Column& c, std::int64_t i, Line& x) { x = {c.value[i], c.first[i]}; }
  LINDEN_HD static void read(const Column& c, std::int64_t i, Dual& x) { x = {c.value[i], c.first[i], c.second[i]}; }
  template <bool keep>
  LINDEN_HD static void write(const Column& c, std::int64_t i, double x) {
    if constexpr (keep) c.value[i] = x;
  }
  template <bool keep>
  LINDEN_HD static void write(const Column& c, std::int64_t i, Line x) {
    if constexpr (keep) c.value[i] = x.value;
    c.first[i] = x.first;
  }
  template <bool keep>
  LINDEN_HD static void write(const Column& c, std::int64_t i, const Dual& x) {
    if constexpr (keep) c.value[i] = x.value;
    c.first[i] = x.first;
    c.second[i] = x.second;
  }

  /// Runs an instruction; with `always` false only where it depends on the seed (its values are there already).
  LINDEN_HD void run(const RowInstruction& in, bool always) {
    const bool keep = always && is_used_[in.out];
    switch (in.code) {
      case RowInstruction::Code::unary:
        if (!keep && kinds_[in.a] == DualKind::constant) break;
        visit_op(UnaryOps(), in.op, [&](auto op) {
          if (keep)
            inlined<decltype(op)>([&] { run_unary<decltype(op), true>(in); });
          else
            inlined<decltype(op)>([&] { run_unary<decltype(op), false>(in); });
        });
        break;
      case RowInstruction::Code::binary:
        if (!keep && kinds_[in.a] == DualKind::constant && kinds_[in.b] == DualKind::constant) break;
        visit_op(BinaryOps(), in.op, [&](auto op) {
          using Op = decltype(op);
          constexpr bool is_cheap = __is_same(Op, Add) || __is_same(Op, Sub) || __is_same(Op, Mul);
          if (is_cheap && !keep)
            inlined<Op>([&] { run_binary<Op, !is_cheap>(in); });
          else
            inlined<Op>([&] { run_binary<Op, true>(in); });
        });
        break;
      case RowInstruction::Code::where: run_where(in, keep); break;
      case RowInstruction::Code::logsumexp: run_logsumexp(in, always, keep); break;
      case RowInstruction::Code::pick: run_pick(in, keep); break;
    }
  }

  /// Calls run() with everything inlined, without which its loop would not be vectorised. Not for the long functions.
  template <class Op, class Run>
  LINDEN_HD static void inlined(const Run& run) {
    if constexpr (__is_same(Op, Lgamma) || __is_same(Op, Digamma) || __is_same(Op, Polygamma))
      run();
    else
      flattened(run);
  }
  template <class Run>
  [[gnu::flatten]] LINDEN_HD static void flattened(const Run& run) {
    run();
  }

  template <class Op, bool keep>
  LINDEN_HD void run_unary(const RowInstruction& in) {
    const Column a = column(in.a), out = column(in.out);
    visit_kind(kinds_[in.a], [&](auto number) {
      using A = decltype(number);
      if constexpr (Op::info.kind == OpKind::floating) {
        if constexpr (__is_same(A, Line)) {
          if (in.is_link) {
            for (std::int64_t i = 0; i < count_; ++i) {
              const double y = Op::value(a.value[i]);
              write<keep>(out, i, Line{y, carried(Op::slope(a.value[i], y), a.first[i])});
            }
            kinds_[in.out] = DualKind::line;
            return;
          }
        }
      }
      for (std::int64_t i = 0; i < count_; ++i) {
        A x;
        read(a, i, x);
        write<keep>(out, i, apply_op<Op>(x));
      }
      kinds_[in.out] = dual_kind_of<decltype(apply_op<Op>(A()))>;
    });
  }

  template <class Op, bool keep>
  LINDEN_HD void run_binary(const RowInstruction& in) {
    const Column a = column(in.a), b = column(in.b), out = column(in.out);
    visit_kind(kinds_[in.a], [&](auto left) {
      visit_kind(kinds_[in.b], [&](auto right) {
        using A = decltype(left);
        using B = decltype(right);
        for (std::int64_t i = 0; i < count_; ++i) {
          A x;
          B y;
          read(a, i, x);
          read(b, i, y);
          write<keep>(out, i, apply_op<Op>(x, y));
        }
        kinds_[in.out] = dual_kind_of<decltype(apply_op<Op>(A(), B()))>;
      });
    });
  }

  LINDEN_HD static DualKind larger(DualKind a, DualKind b) { return a > b ? a : b; }

  /// The derivatives that a register of a lower kind leaves out are zeros.
  LINDEN_HD double first_or_zero(std::int32_t r, std::int64_t i) {
    return kinds_[r] == DualKind::constant ? 0.0 : first(r)[i];
  }
  LINDEN_HD double second_or_zero(std::int32_t r, std::int64_t i) {
    return kinds_[r] == DualKind::dual ? second(r)[i] : 0.0;
  }

  LINDEN_HD void run_where(const RowInstruction& in, bool keep) {
    const DualKind kind = larger(kinds_[in.b], kinds_[in.c]);
    kinds_[in.out] = kind;
    if (!keep && kind == DualKind::constant) return;
    for (std::int64_t i = 0; i < count_; ++i) {
      const std::int32_t taken = value(in.a)[i] != 0.0 ? in.b : in.c;
      if (keep) value(in.out)[i] = value(taken)[i];
      if (kind != DualKind::constant) first(in.out)[i] = first_or_zero(taken, i);
      if (kind == DualKind::dual) second(in.out)[i] = second_or_zero(taken, i);
    }
  }

  /// to = from where the index is j.
  LINDEN_HD void put(const double* index, std::int32_t j, const double* from, double* to) const {
    const double at = j;
    for (std::int64_t i = 0; i < count_; ++i) to[i] = index[i] == at ? from[i] : to[i];
  }

  /// Register by register: of the derivatives only those that move, which for a seed is one.
  LINDEN_HD void run_pick(const RowInstruction& in, bool keep) {
    const double* const index = value(in.c);
    if (keep) {
      double* const to = value(in.out);
      for (std::int64_t i = 0; i < count_; ++i) to[i] = __builtin_nan("");
      for (std::int32_t j = 0; j < in.b; ++j) put(index, j, value(in.a + j), to);
    }
    DualKind kind = DualKind::constant;
    for (std::int32_t j = 0; j < in.b; ++j) kind = larger(kind, kinds_[in.a + j]);
    kinds_[in.out] = kind;
    if (kind == DualKind::constant) return;
    double *slope = first(in.out), *bend = second(in.out);
    const double end = in.b;
    for (std::int64_t i = 0; i < count_; ++i)
      slope[i] = bend[i] = index[i] >= 0.0 && index[i] < end ? 0.0 : __builtin_nan("");
    for (std::int32_t j = 0; j < in.b; ++j) {
      if (kinds_[in.a + j] != DualKind::constant) put(index, j, first(in.a + j), slope);
      if (kinds_[in.a + j] == DualKind::dual) put(index, j, second(in.a + j), bend);
    }
  }

  /// Of a sum of nothing (all scores are -infinity) no part moves.
  LINDEN_HD static double share(double score, double shift, double sum) {
    return sum == 0.0 ? 0.0 : SoftmaxLoss::share(score, shift, sum);
  }

  /// As SoftmaxLoss documents it: shift, then the sum from left to right. With `always` these two are computed.
  LINDEN_HD void run_logsumexp(const RowInstruction& in, bool always, bool keep) {
    double *shift = value(in.out + 1), *sum = value(in.out + 2);
    if (always) add_exponentials(in, shift, sum);
    if (keep) {
      double* const to = value(in.out);
      for (std::int64_t i = 0; i < count_; ++i) to[i] = shift[i] + math::log(sum[i]);
    }
    std::int32_t moving = 0, last = 0;
    for (std::int32_t j = 0; j < in.b; ++j) {
      if (kinds_[in.a + j] == DualKind::constant) continue;
      ++moving;
      last = in.a + j;
    }
    kinds_[in.out] = moving == 0 ? DualKind::constant : DualKind::dual;
    if (moving == 0) return;
    double *slope = first(in.out), *bend = second(in.out);
    if (moving == 1) {  // p and p (1 - p), without cancellation
      const double *x = value(last), *x1 = first(last);
      for (std::int64_t i = 0; i < count_; ++i) {
        const double part = share(x[i], shift[i], sum[i]);
        slope[i] = carried(part, x1[i]);
        bend[i] = carried(part * (1.0 - part), x1[i] * x1[i]);
      }
      if (kinds_[last] != DualKind::dual) return;
      const double* x2 = second(last);
      for (std::int64_t i = 0; i < count_; ++i) bend[i] += carried(share(x[i], shift[i], sum[i]), x2[i]);
      return;
    }
    for (std::int64_t i = 0; i < count_; ++i) slope[i] = bend[i] = 0.0;
    for (std::int32_t j = in.a; j < in.a + in.b; ++j) {
      if (kinds_[j] == DualKind::constant) continue;
      for (std::int64_t i = 0; i < count_; ++i) {
        const double part = share(value(j)[i], shift[i], sum[i]);
        const double x1 = first(j)[i];
        slope[i] += carried(part, x1);
        bend[i] += carried(part, x1 * x1 + second_or_zero(j, i));
      }
    }
    for (std::int64_t i = 0; i < count_; ++i) bend[i] -= slope[i] * slope[i];
  }

  LINDEN_HD void add_exponentials(const RowInstruction& in, double* shift, double* sum) {
    const double* x = value(in.a);
    for (std::int64_t i = 0; i < count_; ++i) {
      shift[i] = x[i];
      sum[i] = 0.0;
    }
    for (std::int32_t j = 1; j < in.b; ++j) {
      x = value(in.a + j);
      for (std::int64_t i = 0; i < count_; ++i) shift[i] = SoftmaxLoss::larger(shift[i], x[i]);
    }
    // -infinity - -infinity is NaN.
    for (std::int64_t i = 0; i < count_; ++i) shift[i] = shift[i] == -__builtin_inf() ? 0.0 : shift[i];
    for (std::int32_t j = 0; j < in.b; ++j) {
      x = value(in.a + j);
      for (std::int64_t i = 0; i < count_; ++i) sum[i] += SoftmaxLoss::term(x[i], shift[i]);
    }
  }

  const RowProgram& program_;
  double* memory_;
  std::int64_t stride_, count_ = 0;
  bool is_stale_ = false;
  DualKind kinds_[most_registers];
  bool is_used_[most_registers];
};

/// For any program.
using RowTile = BoundedRowTile<RowProgram::most_registers>;

LINDEN_LEVEL_END
}  // namespace linden
