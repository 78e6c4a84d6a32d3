// Dataset::from_csv: the header, then the columns, then what a label, a weight and a feature may hold.
#include "data/csv/csv.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "data/csv/columns.hpp"
#include "data/csv/delimiter.hpp"
#include "data/csv/remarks.hpp"
#include "data/csv/roles.hpp"
#include "data/csv/rows.hpp"
#include "data/dataset/builder.hpp"
#include "data/dataset/events.hpp"
#include "data/dataset/groups.hpp"
#include "data/text/file_part.hpp"

namespace linden {
namespace {

// Enough text for a task that what it keeps for each column does not outweigh it.
std::size_t block_size(std::size_t columns) { return std::max(std::size_t{512} << 10, columns * 256); }

// Reads the names from the header, or counts the columns of the first row. Fills names and data.
void read_names(CsvTable& table) {
  const CsvGrammar& grammar = table.grammar;
  const char* const end = table.text.end();
  const char* p = table.text.begin();
  while (p < end && grammar.is_blank_line(p)) p = CsvGrammar::find('\n', p, end) + 1;
  if (p >= end) fail<DataError>("{}: the file is empty.", table.source.call);
  table.data = table.header_line = p;
  const char* row_end = grammar.row_end(p, p, end);
  const char* nul = CsvGrammar::find('\0', p, row_end);
  if (nul != row_end) refuse(table, {CsvFault::nul_byte, nul});
  CsvField field;
  for (;; ++p) {
    p = grammar.take(p, end, field);
    if (field.fault != CsvFault::none) refuse(table, {field.fault, field.begin});
    table.names.push_back(table.header ? field.value() : std::to_string(table.names.size()));
    if (*p == '\n') break;
  }
  if (table.header) table.data = std::min(p + 1, end);
}

// What labels may be.
struct LabelRules {
  bool may_be_missing;
  std::size_t infinite;  // the column that may be: an upper bound
  bool are_times;        // of events
};

// The first row whose value the role does not allow, or the number of rows.
std::int64_t first_bad(const CsvTable& table, const CsvColumn& column, std::size_t c, CsvRole role,
                       const LabelRules& rules) {
  const std::int64_t rows = column.values.elements();
  const auto first = [&](auto values, auto&& is_bad) {
    return std::find_if(values.begin(), values.end(), is_bad) - values.begin();
  };
  if (!column.categorical) {
    const auto values = column.values.span<const double>();
    if (role == CsvRole::feature) return first(values, [](double v) { return std::isinf(v); });
    if (role == CsvRole::label)
      return first(values, [&](double v) {
        return (std::isinf(v) && !(c == rules.infinite && v > 0)) || (std::isnan(v) && !rules.may_be_missing) ||
               (rules.are_times && v <= 0);
      });
    if (role == CsvRole::event) return first(values, [](double v) { return v != 0 && v != 1; });
    return first(values, [&](double v) { return !((v >= 0 || role == CsvRole::offset) && std::isfinite(v)); });
  }
  const auto codes = column.values.span<const std::int32_t>();
  if (role == CsvRole::feature) return rows;
  return first(codes, [&](std::int32_t code) {
    if (role == CsvRole::label) return code < 0 && !rules.may_be_missing;
    if (role == CsvRole::event) return code < 0 || !event_of(column.categories[static_cast<std::size_t>(code)]);
    if (role == CsvRole::group) return code < 0;
    return code < 0 || !table.number(column.categories[static_cast<std::size_t>(code)]);
  });
}

[[noreturn]] void refuse_value(const CsvTable& table, CsvRole role, std::int64_t row, std::size_t c, bool are_times) {
  const CsvField field = field_at(table, row, static_cast<int>(c));
  const std::string place = fmt::format("{}:{}", table.source.file, line_of(table.text, field.begin));
  const std::string& name = table.names[c];
  const bool infinite = std::isinf(table.number(field.text).value_or(0));
  if (role == CsvRole::event)
    fail<DataError>(
        "{}: the event (column \"{}\") is {}, but an event is 1 (it came then) or 0 (it had not come by then); true "
        "and "
        "false, yes and no do as well.",
        place, name, shown(field.value()));
  if (role == CsvRole::weight)
    fail<DataError>("{}: the weight (column \"{}\") is {}, but a weight is a finite number, at least 0.", place, name,
                    shown(field.value()));
  if (role == CsvRole::offset)
    fail<DataError>("{}: the offset (column \"{}\") is {}, but an offset is a finite number.", place, name,
                    shown(field.value()));
  if (role == CsvRole::group)
    fail<DataError>("{}: the group (column \"{}\") is missing{}. Hint: each row is of one group, or there are none.",
                    place, name, field.text.empty() ? "" : fmt::format(" ({})", shown(field.value())));
  if (role == CsvRole::feature)
    fail<DataError>("{}: column \"{}\" {} ({}). Hint: leave the field empty if its value is not known.", place, name,
                    why_infinite(field.text), shown(field.value()));
  if (infinite)
    fail<DataError>("{}: the label (column \"{}\") {} ({}). Hint: remove the row.", place, name,
                    why_infinite(field.text), shown(field.value()));
  if (are_times && table.number(field.text).value_or(1) <= 0)
    fail<DataError>(
        "{}: the label (column \"{}\") is {}, but times of events are above 0. Hint: half of the least time that the "
        "clock tells apart.",
        place, name, shown(field.value()));
  fail<DataError>(
      "{}: the label (column \"{}\") is missing{}. Hint: have rows without a label left out, or mend the row.", place,
      name, field.text.empty() ? "" : fmt::format(" ({})", shown(field.value())));
}

// Refuses the first row, then column, that holds what its role does not allow.
void check_values(const CsvTable& table, const std::vector<CsvColumn>& columns, const std::vector<CsvRole>& roles,
                  const LabelRules& rules, bool wants_groups, Workers& workers) {
  std::vector<std::int64_t> bad(columns.size(), table.rows);
  workers.each(static_cast<std::int64_t>(columns.size()), [&](std::int64_t task, int) {
    const auto c = static_cast<std::size_t>(task);
    if (roles[c] != CsvRole::dropped && (roles[c] != CsvRole::group || wants_groups))
      bad[c] = first_bad(table, columns[c], c, roles[c], rules);
  });
  const auto first = std::min_element(bad.begin(), bad.end());
  const auto c = static_cast<std::size_t>(first - bad.begin());
  if (*first < table.rows) refuse_value(table, roles[c], *first, c, rules.are_times);
}

Tensor as_f64(const Tensor& codes) {
  Tensor numbers = Tensor::empty(codes.shape(), DType::f64);
  const auto from = codes.span<const std::int32_t>();
  std::copy(from.begin(), from.end(), numbers.data<double>());
  return numbers;
}

void check_weights(const CsvTable& table, const Tensor& weight, const std::string& name) {
  const auto values = weight.span<const double>();
  if (std::all_of(values.begin(), values.end(), [](double w) { return w == 0; }))
    fail<DataError>("{}: every weight (column \"{}\") is 0.", table.source.call, name);
}

// Refuses the first label that the schema's classes do not have.
void check_classes(const CsvTable& table, const CsvColumn& label, std::size_t c, const Schema& schema) {
  if (!label.categorical) return;
  const std::set<std::string_view> known(schema.classes.begin(), schema.classes.end());
  const auto codes = label.values.span<const std::int32_t>();
  const auto bad = std::ranges::find_if(codes, [&](std::int32_t code) {
    return code >= 0 && !known.contains(label.categories[static_cast<std::size_t>(code)]);
  });
  if (bad == codes.end()) return;
  const CsvField field = field_at(table, bad - codes.begin(), static_cast<int>(c));
  fail<DataError>("{}:{}: the label (column \"{}\") is {}, which was no class in training. Classes: {}.",
                  table.source.file, line_of(table.text, field.begin), table.names[c], shown(field.value()),
                  listing(schema.classes));
}

bool is_labelled(const CsvColumn& label, std::int64_t row) {
  return label.categorical ? label.values.data<std::int32_t>()[row] >= 0
                           : !std::isnan(label.values.data<double>()[row]);
}

// Columns of numbers side by side: [rows], or [rows, K] of several.
Tensor side_by_side(std::vector<CsvColumn>& columns, std::span<const std::size_t> chosen, std::int64_t rows) {
  if (chosen.size() == 1) return std::move(columns[chosen[0]].values);
  const auto width = static_cast<std::int64_t>(chosen.size());
  Tensor all = Tensor::empty({rows, width});
  for (std::int64_t k = 0; k < width; ++k)
    for (std::int64_t row = 0; row < rows; ++row)
      all.data<double>()[row * width + k] =
          columns[chosen[static_cast<std::size_t>(k)]].values.data<const double>()[row];
  return all;
}

std::vector<std::string> names_of(const CsvTable& table, std::span<const std::size_t> columns) {
  std::vector<std::string> names;
  for (const std::size_t c : columns) names.push_back(table.names[c]);
  return names;
}

// Several labels are numbers, all of them.
void want_numbers(const CsvTable& table, std::span<const CsvColumn> columns, std::span<const std::size_t> labels) {
  for (const std::size_t c : labels) {
    if (labels.size() == 1 || !columns[c].categorical) continue;
    const char* const where = columns[c].first_text;
    fail<DataError>(
        "{}: the label (column \"{}\") is text{}, but several labels a row are numbers. Hint: one column for each "
        "class, with 1 where it holds.",
        where == nullptr ? table.source.call : fmt::format("{}:{}", table.source.file, line_of(table.text, where)),
        table.names[c], columns[c].categories.empty() ? "" : fmt::format(" ({})", listing(columns[c].categories, 3)));
  }
}

// Where groups begin, of the codes of their column. Rows whose groups nobody asked for, for a schema has their column,
// go without where they do not stand by group, and a remark says so.
Tensor groups_of(const CsvTable& table, const CsvColumn& column, std::size_t c, bool is_asked,
                 std::vector<std::string>& remarks) {
  const auto codes = column.values.span<const std::int32_t>();
  const std::vector<std::int64_t> ids(codes.begin(), codes.end());
  const auto place = [&](std::int64_t row) {
    return fmt::format("{}:{}", table.source.file,
                       line_of(table.text, field_at(table, row, static_cast<int>(c)).begin));
  };
  const auto leave_out = [&](std::int64_t row, const std::string& what) {
    remarks.push_back(fmt::format("{}: the group (column \"{}\") is {}: these rows go without groups.", place(row),
                                  table.names[c], what));
  };
  if (const auto missing = std::ranges::find(codes, -1); missing != codes.end()) {  // else it has been refused
    leave_out(missing - codes.begin(), "missing");
    return {};
  }
  return group_starts(ids, [&](const TornGroup& torn) {
    const auto code = static_cast<std::size_t>(codes[static_cast<std::size_t>(torn.first)]);
    const std::string what = fmt::format("{}, as at {}, but {} between them is of another",
                                         shown(column.categories[code]), place(torn.first), place(torn.between));
    if (!is_asked) return leave_out(torn.last, what);
    fail<DataError>("{}: the group (column \"{}\") is {}. Hint: sort the rows by group.", place(torn.last),
                    table.names[c], what);
  });
}

// The missing tokens of the schema and those of the options.
Schema tokens_of(const CsvOptions& options, const Schema* schema) {
  Schema tokens;
  if (schema != nullptr) tokens.missing = schema->missing;
  for (const std::string& token : options.missing)
    if (std::ranges::find(tokens.missing, token) == tokens.missing.end()) tokens.missing.push_back(token);
  tokens.only_missing = options.only_missing || (schema != nullptr && schema->only_missing);
  return tokens;
}

// Of a part: its columns are of the kinds that those of other parts are.
void take_kinds(const CsvTable& table, CsvPart& part, std::vector<CsvKind>& kinds) {
  part.names = table.names;
  for (std::size_t c = 0; c < kinds.size() && c < part.kinds.size(); ++c)
    if (kinds[c] == CsvKind::automatic) kinds[c] = part.kinds[c];
}

// What its columns hold.
std::vector<CsvFound> found_in(const std::vector<CsvColumn>& columns, const std::vector<CsvKind>& asked) {
  std::vector<CsvFound> found;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const CsvColumn& column = columns[c];
    if (asked[c] == CsvKind::dropped)
      found.push_back(CsvFound::nothing);
    else if (column.categorical)
      found.push_back(asked[c] == CsvKind::automatic && column.first_text == nullptr ? CsvFound::doubtful
                                                                                     : CsvFound::text);
    else
      found.push_back(has_no_number(column.values) ? CsvFound::nothing : CsvFound::numbers);
  }
  return found;
}

// Where some of the rows stand.
std::vector<LineStart> starts_of(const std::vector<LineStart>& all, std::span<const std::int64_t> rows) {
  LineStarts starts;
  auto start = all.begin();
  for (const std::int64_t row : rows) {
    while (start + 1 < all.end() && (start + 1)->row <= row) ++start;
    starts.add(start->line + row - start->row);
  }
  return starts.take();
}

}  // namespace

Dataset parse_csv(const Text& text, const Source& source, const CsvOptions& options, std::size_t block,
                  const Schema* schema, CsvPart* part) {
  if (options.delimiter != 0) check_delimiter(source, options.delimiter);
  if (options.decimal != '.' && options.decimal != ',')
    fail<ArgumentError>("{}: .decimal is '{}'; it must be '.' or ','.", source.call, options.decimal);
  Workers workers(options.threads);
  const char delimiter = options.delimiter != 0 ? options.delimiter : guess_delimiter(text, source, options.decimal);
  CsvTable table{text, source, CsvGrammar(delimiter), options.header, options.decimal};
  read_names(table);
  if (schema != nullptr) name_by_place(table, options, *schema);
  CsvRoles roles = schema != nullptr ? assign_roles(table, options, *schema) : assign_roles(table, options);
  if (part != nullptr) take_kinds(table, *part, roles.kinds);
  find_rows(table, block ? block : block_size(table.names.size()), workers);
  if (table.rows == 0) fail<DataError>("{}: the file has a header but no rows.", source.call);
  const Schema tokens = tokens_of(options, schema);
  std::vector<CsvColumn> columns =
      read_columns(table, roles.kinds, MissingTokens(tokens.missing, tokens.only_missing), workers);
  if (part != nullptr) part->found = found_in(columns, roles.kinds);
  const bool wants_groups = schema == nullptr || !options.group.empty();
  const LabelRules rules{options.drop_unlabelled, roles.labels.size() == 2 ? roles.labels[1] : columns.size(),
                         std::ranges::find(roles.roles, CsvRole::event) != roles.roles.end()};
  check_values(table, columns, roles.roles, rules, wants_groups, workers);

  DatasetBuilder::State state;
  state.rows = table.rows;
  state.remarks = csv_remarks(table, columns, roles.roles);
  state.missing = tokens.missing;
  state.only_missing = tokens.only_missing;
  for (const std::size_t c : roles.features) {
    CsvColumn& column = columns[c];
    if (const std::string slip = csv_slip(table, column); !slip.empty()) state.slips[table.names[c]] = slip;
    state.columns.push_back(
        {table.names[c], std::move(column.values), column.categorical, std::move(column.categories)});
  }
  std::vector<std::int64_t> labelled;
  if (!roles.labels.empty()) {
    const std::size_t c = roles.labels.front();
    if (schema != nullptr) check_classes(table, columns[c], c, *schema);
    want_numbers(table, columns, roles.labels);
    state.label_names = names_of(table, roles.labels);
    for (std::int64_t row = 0; options.drop_unlabelled && row < table.rows; ++row)
      if (std::ranges::all_of(roles.labels, [&](std::size_t label) { return is_labelled(columns[label], row); }))
        labelled.push_back(row);
    if (options.drop_unlabelled && labelled.empty() && part == nullptr)
      fail<DataError>("{}: every label (column \"{}\") is missing.", source.call,
                      fmt::join(state.label_names, "\", \""));
    state.classes = std::move(columns[c].categories);
    state.label = columns[c].categorical ? as_f64(columns[c].values) : side_by_side(columns, roles.labels, table.rows);
  }
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (roles.roles[c] == CsvRole::group) {
      state.groups = groups_of(table, columns[c], c, wants_groups, state.remarks);
      if (state.groups.elements() > 0) state.group_name = table.names[c];
    } else if (roles.roles[c] == CsvRole::event) {
      if (!state.classes.empty())
        fail<DataError>("{}: the label (column \"{}\") is text ({}), but events go with times.", table.source.call,
                        state.label_names.front(), listing(state.classes, 3));
      state.label = signed_times(state.label, events_of(columns[c].values, columns[c].categories));
      state.has_event = true;
      state.event_name = table.names[c];
    } else if (roles.roles[c] == CsvRole::weight) {
      if (part == nullptr) check_weights(table, columns[c].values, table.names[c]);
      state.weight = std::move(columns[c].values);
      state.weight_name = table.names[c];
    }
  }
  if (!roles.offsets.empty()) {
    state.offset = side_by_side(columns, roles.offsets, table.rows);
    state.offset_names = names_of(table, roles.offsets);
  }
  if (part != nullptr) part->starts = table.starts;
  state.origin = origin_in_file(source.file, std::move(table.starts));
  const std::int64_t left_out = table.rows - static_cast<std::int64_t>(labelled.size());
  if (part != nullptr && options.drop_unlabelled && left_out > 0) {
    part->left_out = left_out;
    part->starts = starts_of(part->starts, labelled);
    return DatasetBuilder::make(std::move(state)).take(labelled);
  }
  if (labelled.empty() || left_out == 0) return DatasetBuilder::make(std::move(state));
  state.remarks.push_back(
      fmt::format("{}: {} of {} rows have no label and are left out.", source.file, left_out, table.rows));
  return DatasetBuilder::make(std::move(state)).take(labelled);
}

Dataset Dataset::from_csv(const std::filesystem::path& path, const CsvOptions& options) try {
  Source source("from_csv", path);
  if (options.part.count == 1 && options.part.index == 0)
    return parse_csv(Text::read(path, source.call, options.threads), source, options);
  const std::optional<Text> part = read_part(path, source, options.part, {options.header, true});
  return part ? parse_csv(*part, source, options) : Dataset();
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::from_csv");
}

Dataset Dataset::from_csv(const std::filesystem::path& path, const Schema& schema, const CsvOptions& options) try {
  Source source("from_csv", path);
  if (options.part.count == 1 && options.part.index == 0)
    return parse_csv(Text::read(path, source.call, options.threads), source, options, 0, &schema);
  const std::optional<Text> part = read_part(path, source, options.part, {options.header, true});
  return part ? parse_csv(*part, source, options, 0, &schema) : Dataset();
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::from_csv");
}

}  // namespace linden
