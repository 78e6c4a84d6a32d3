#include "linear/recipe/parse_formula.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/fail.hpp"
#include "linear/recipe/basis.hpp"

namespace linden {
namespace {

constexpr std::size_t most_terms = 100'000;
constexpr int deepest = 100;

bool starts_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool in_word(char c) { return starts_word(c) || is_digit(c) || c == '.'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Terms, each a set of factors in the order in which they came; the empty one is the intercept.
using Term = std::vector<int>;

class Sum {
 public:
  void add(const Term& term) {
    if (known_.insert(sorted(term)).second) terms_.push_back(term);
  }
  void remove(const Term& term) {
    const Term key = sorted(term);
    if (known_.erase(key) > 0)
      terms_.erase(std::ranges::find_if(terms_, [&](const Term& one) { return sorted(one) == key; }));
  }
  void add(const Sum& other) {
    for (const Term& term : other.terms_) add(term);
  }
  const std::vector<Term>& terms() const { return terms_; }

 private:
  static Term sorted(Term term) {
    std::ranges::sort(term);
    return term;
  }
  std::vector<Term> terms_;
  std::set<Term> known_;
};

class FormulaParser {
 public:
  FormulaParser(std::string_view text, std::span<const std::string> others) : text_(text), others_(others) {}

  ParsedFormula parse() {
    result_.text = text_;
    read_label();
    if (peek() == 0) refuse(at_, "there are no terms");
    Sum all;
    all.add(Term{});
    sum(all);
    if (peek() != 0) refuse(at_, peek() == ')' ? "there is no ( for this" : "an operator is missing, or this is none");
    result_.intercept = std::ranges::any_of(all.terms(), [](const Term& term) { return term.empty(); });
    for (const Term& term : all.terms())
      if (!term.empty()) result_.terms.push_back(term);
    for (const Term& term : result_.terms) note_own(term);
    std::ranges::stable_sort(result_.terms, {}, [](const Term& term) { return term.size(); });
    return std::move(result_);
  }

 private:
  [[noreturn]] void refuse(std::size_t place, std::string_view what) const { refuse_formula(text_, place, what); }

  char peek() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c, std::string_view what) {
    if (!take(c)) refuse(at_, what);
  }

  void read_label() {
    const std::size_t tilde = text_.find('~');
    if (tilde == text_.npos) return;
    if (peek() != '~') {
      if (peek() != '`' && !starts_word(peek())) refuse(at_, "the label is the name of a column");
      result_.label = word();
    }
    if (!take('~')) refuse(at_, "the label is a column as it stands; loss and link say what is made of it");
  }

  // A column's or a function's name.
  std::string word() {
    if (take('`')) {
      const std::size_t first = at_ - 1;
      std::string name;
      for (; at_ < text_.size(); ++at_) {
        if (text_[at_] == '`') {
          if (at_ + 1 >= text_.size() || text_[at_ + 1] != '`') {
            ++at_;
            return name;
          }
          ++at_;
        }
        name += text_[at_];
      }
      refuse(first, "this ` has no end");
    }
    const std::size_t first = at_;
    while (at_ < text_.size() && in_word(text_[at_])) ++at_;
    return std::string(text_.substr(first, at_ - first));
  }

  double number() {
    peek();
    double value = 0;
    const char* const first = text_.data() + at_;
    const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), value);
    if (error != std::errc()) refuse(at_, "a number is wanted here");
    at_ += static_cast<std::size_t>(end - first);
    return value;
  }

  bool at_number() {
    const char c = peek();
    return is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]));
  }

  void sum(Sum& all) {
    bool is_first = true;
    for (;; is_first = false) {
      bool minus = false;
      if (take('-'))
        minus = true;
      else if (!take('+') && !is_first)
        return;
      if (at_number()) {
        const std::size_t place = at_;
        const double value = number();
        if (value != 0 && value != 1) refuse(place, "a number among the terms is 1 or 0, the intercept or none");
        (value == 1) != minus ? all.add(Term{}) : all.remove(Term{});
        continue;
      }
      if (const std::size_t place = at_; starts_word(peek()) && is_offset()) {
        if (minus || depth_ > 0) refuse(place, "an offset is added, outside of brackets");
        read_offset();
        continue;
      }
      const std::size_t place = at_;
      const Sum terms = crossed();
      for (const Term& term : terms.terms()) {
        if (minus) note_own(term);
        minus ? all.remove(term) : all.add(term);
      }
      if (all.terms().size() > most_terms) refuse(place, fmt::format("there are more than {} terms", most_terms));
    }
  }

  // a * b is a + b + a:b.
  Sum crossed() {
    Sum left = product();
    while (peek() == '*') {
      const std::size_t place = at_++;
      if (peek() == '*') refuse(place, "a power is x^2");
      left = cross(left, product(), place);
    }
    return left;
  }

  Sum cross(const Sum& left, const Sum& right, std::size_t place) const {
    Sum all = left;
    all.add(right);
    all.add(times(left, right, place));
    return all;
  }

  Sum product() {
    Sum left = power();
    while (peek() == ':') {
      const std::size_t place = at_++;
      left = times(left, power(), place);
    }
    return left;
  }

  Sum times(const Sum& left, const Sum& right, std::size_t place) const {
    if (left.terms().size() * right.terms().size() > most_terms)
      refuse(place, fmt::format("this makes more than {} terms", most_terms));
    Sum all;
    for (const Term& a : left.terms())
      for (const Term& b : right.terms()) {
        Term both = a;
        for (const int factor : b)
          if (std::ranges::find(both, factor) == both.end()) both.push_back(factor);
        all.add(both);
      }
    return all;
  }

  // (a + b)^2 is (a + b) * (a + b).
  Sum power() {
    if (peek() != '(') return single();
    enter();
    ++at_;
    Sum inside;
    sum(inside);
    expect(')', "a ) is missing");
    --depth_;
    if (!take('^')) return inside;
    peek();
    const std::size_t place = at_;
    const double times = number();
    if (!(times >= 1 && times <= 10) || times != std::floor(times))
      refuse(place, "the power of a sum is a whole number from 1 to 10");
    Sum all = inside;
    for (int k = 1; k < static_cast<int>(times); ++k) all = cross(all, inside, place);
    return all;
  }

  void enter() {
    if (++depth_ > deepest) refuse(at_, fmt::format("brackets stand deeper than {}", deepest));
  }

  Sum single() {
    Sum one;
    if (peek() == '.' && (at_ + 1 >= text_.size() || !in_word(text_[at_ + 1]))) {
      result_.has_dot = true;
      const std::size_t place = at_++;
      for (const std::string& column : others_) {
        FormulaFactor factor{.column = column, .place = place};
        factor.text = formula_word(column);
        one.add(Term{number_of(std::move(factor))});
      }
      return one;
    }
    one.add(Term{number_of(read_factor())});
    return one;
  }

  void note_own(const Term& term) {
    if (term.size() == 1) result_.own.push_back(result_.factors[static_cast<std::size_t>(term[0])].column);
  }

  FormulaFactor read_factor() {
    const char c = peek();
    if (c == '\0') refuse(at_, "a column is missing at the end");
    if (c != '`' && !starts_word(c)) refuse(at_, "the name of a column is wanted here");
    FormulaFactor factor = scalar();
    if (factor.basis == FormulaFactor::Basis::none) return factor;
    if (peek() == '^') refuse(at_, "a basis has no powers");
    return factor;
  }

  // A column, a function of one, a power of one, or a basis.
  FormulaFactor scalar() {
    enter();
    FormulaFactor factor;
    if (take('(')) {
      factor = scalar();
      expect(')', "a ) is missing");
    } else {
      const char c = peek();
      if (c != '`' && !starts_word(c)) refuse(at_, "the name of a column is wanted here");
      const std::size_t place = at_;
      const bool is_quoted = c == '`';
      std::string name = word();
      if (!is_quoted && peek() == '(') {
        factor = call(name, place);
      } else {
        factor.column = std::move(name);
        factor.place = place;
        factor.text = formula_word(factor.column);
      }
    }
    while (factor.basis == FormulaFactor::Basis::none && take('^')) {
      const bool minus = take('-');
      const double power = number();
      factor.steps.push_back({ScalarStep::Kind::power, minus ? -power : power});
      factor.text += fmt::format("^{}", minus ? -power : power);
    }
    --depth_;
    return factor;
  }

  FormulaFactor call(const std::string& name, std::size_t place) {
    using Basis = FormulaFactor::Basis;
    ++at_;
    const Basis basis = name == "spline"    ? Basis::natural
                        : name == "bspline" ? Basis::bspline
                        : name == "poly"    ? Basis::poly
                                            : Basis::none;
    const std::optional<ScalarStep::Kind> function = scalar_function(name);
    const bool is_function = function && *function != ScalarStep::Kind::power;
    if (basis == Basis::none && !is_function && name != "I") refuse_function(name, place);
    FormulaFactor factor = scalar();
    if (factor.basis != Basis::none) refuse(place, fmt::format("{} takes a column, and no basis", name));
    if (is_function) {
      factor.steps.push_back({*function, 1});
      factor.text = fmt::format("{}({})", name, factor.text);
    } else if (basis != Basis::none) {
      read_size(name, basis, factor);
    }
    expect(')', peek() == ',' ? fmt::format("{} takes no further number", name) : "a ) is missing");
    return factor;
  }

  [[noreturn]] void refuse_function(const std::string& name, std::size_t place) const {
    const std::vector<std::string> known{"log", "log1p",  "exp",     "sqrt", "abs",
                                         "I",   "spline", "bspline", "poly", "offset"};
    if (name == "offset") refuse(place, "an offset is a term of its own");
    if (name == "factor" || name == "C")
      refuse(place, fmt::format("{} is left out: text is a factor by itself. Hint: name a column of numbers in "
                                "CsvOptions::categorical, and it is text",
                                name));
    refuse(place, fmt::format("there is no function \"{}\". {}Functions: {}", name, did_you_mean(name, known),
                              listing(known)));
  }

  // ", 5" or ", 10, 0.5".
  void read_size(const std::string& name, FormulaFactor::Basis basis, FormulaFactor& factor) {
    using Basis = FormulaFactor::Basis;
    const int least = basis == Basis::bspline ? 4 : 1;
    expect(',', fmt::format("{} wants a number of columns: {}({}, {})", name, name, factor.text,
                            basis == Basis::poly      ? 2
                            : basis == Basis::natural ? 5
                                                      : 10));
    peek();
    const std::size_t place = at_;
    const double size = number();
    if (!(size >= least && size <= largest_basis) || size != std::floor(size))
      refuse(place, fmt::format("{} takes {} from {} to {}", name,
                                basis == Basis::poly ? "a degree" : "a number of columns", least, largest_basis));
    factor.basis = basis;
    factor.size = static_cast<int>(size);
    factor.text = fmt::format("{}({}, {}", name, factor.text, factor.size);
    if (basis == Basis::bspline && take(',')) {
      peek();
      const std::size_t penalty_place = at_;
      factor.penalty = number();
      if (!(factor.penalty >= 0 && factor.penalty <= 1e100)) refuse(penalty_place, "a penalty is >= 0");
      factor.text += fmt::format(", {}", factor.penalty);
    }
    factor.text += ')';
  }

  bool is_offset() const {
    if (!text_.substr(at_).starts_with("offset")) return false;
    std::size_t next = at_ + 6;
    while (next < text_.size() && is_blank(text_[next])) ++next;
    return next < text_.size() && text_[next] == '(';
  }

  void read_offset() {
    at_ += 6;
    const std::size_t place = at_;
    expect('(', "");
    FormulaFactor offset = scalar();
    if (offset.basis != FormulaFactor::Basis::none) refuse(place, "an offset is one number a row, and no basis");
    expect(')', "a ) is missing");
    if (const char next = peek(); next == '*' || next == ':' || next == '^')
      refuse(at_, "an offset is a term of its own");
    result_.own.push_back(offset.column);
    result_.offsets.push_back(std::move(offset));
  }

  int number_of(FormulaFactor factor) {
    const auto [at, is_new] = numbers_.emplace(factor.text, static_cast<int>(result_.factors.size()));
    if (is_new) result_.factors.push_back(std::move(factor));
    return at->second;
  }

  std::string_view text_;
  std::span<const std::string> others_;
  std::size_t at_ = 0;
  int depth_ = 0;
  ParsedFormula result_;
  std::map<std::string, int> numbers_;
};

}  // namespace

std::string formula_word(const std::string& column) {
  if (!column.empty() && starts_word(column[0]) && std::ranges::all_of(column, in_word)) return column;
  std::string quoted = "`";
  for (const char c : column) quoted += c == '`' ? "``" : std::string(1, c);
  return quoted + '`';
}

void refuse_formula(std::string_view text, std::size_t place, std::string_view what) {
  std::string line(text);
  std::ranges::replace_if(line, is_blank, ' ');
  std::size_t column = 0;  // letters before the place, of whatever bytes
  for (std::size_t i = 0; i < std::min(place, line.size()); ++i)
    if ((static_cast<unsigned char>(line[i]) & 0xc0) != 0x80) ++column;
  fail<ArgumentError>("formula: {}.\n  {}\n  {}^", what, line, std::string(column, ' '));
}

std::string ParsedFormula::name_of(const std::vector<int>& term) const {
  std::string name;
  for (const int factor : term) {
    if (!name.empty()) name += ':';
    name += factors[static_cast<std::size_t>(factor)].text;
  }
  return name;
}

ParsedFormula parse_formula(std::string_view text, std::span<const std::string> others) {
  return FormulaParser(text, others).parse();
}

}  // namespace linden
