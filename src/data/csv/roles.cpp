#include "data/csv/roles.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "base/fail.hpp"
#include "data/text/number.hpp"
#include "data/text/place_names.hpp"

namespace linden {
namespace {

constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

std::size_t find_name(const CsvTable& table, const std::string& name) {
  const auto place = std::ranges::find(table.names, name);
  return place == table.names.end() ? nowhere : static_cast<std::size_t>(place - table.names.begin());
}

// A column by name, or by a negative number from the end.
std::size_t find_column(const CsvTable& table, const std::string& name) {
  if (const std::size_t place = find_name(table, name); place != nowhere) return place;
  const auto number = name.starts_with('-') ? parse_number(name) : std::nullopt;
  if (number && *number < 0 && *number == std::floor(*number) && -*number <= table.columns())
    return static_cast<std::size_t>(table.columns() + static_cast<int>(*number));
  if (!table.header)
    fail<ArgumentError>(
        "{}: no column \"{}\". Without a header, columns are numbered from 0 to {}, or from the end as -1.",
        table.source.call, name, table.columns() - 1);
  if (parse_number(name))
    fail<ArgumentError>("{}: no column \"{}\". Columns: {}. Hint: .header = false if the first line is a row.",
                        table.source.call, name, listing(table.names));
  fail<ArgumentError>("{}: no column \"{}\". {}Columns: {}.", table.source.call, name, did_you_mean(name, table.names),
                      listing(table.names));
}

void refuse_twin(const CsvTable& table, const std::string& name) {
  fail<DataError>(
      "{}:{}: two columns are called \"{}\". Hint: rename one, drop both, or say that the file has no header "
      "if this line is a row.",
      table.source.file, line_of(table.text, table.header_line), name);
}

const char* name_of(CsvRole role) {
  constexpr const char* names[] = {"a feature", "the label",  "the event", "the weight",
                                   "the group", "the offset", "dropped"};
  return names[static_cast<int>(role)];
}

// Columns of one role, in the order of their names. Throws ArgumentError for one that is named twice.
template <class Assign>
std::vector<std::size_t> assign_all(const CsvTable& table, std::span<const std::string> names, CsvRole role,
                                    const Assign& assign) {
  std::vector<std::size_t> columns;
  for (const std::string& name : names) {
    const std::size_t column = find_column(table, name);
    if (std::ranges::find(columns, column) != columns.end())
      fail<ArgumentError>("{}: column \"{}\" is named twice as {}.", table.source.call, table.names[column],
                          name_of(role));
    assign(column, role);
    columns.push_back(column);
  }
  return columns;
}

// Of the labels that a schema names those that are there: all, or none.
std::vector<std::string> labels_there(const CsvTable& table, const Schema& schema) {
  const auto is_there = [&](const std::string& name) { return find_name(table, name) != nowhere; };
  if (std::ranges::none_of(schema.label_names, is_there)) return {};
  const auto absent = std::ranges::find_if_not(schema.label_names, is_there);
  if (absent != schema.label_names.end())
    fail<DataError>("{}: no column \"{}\", which is one of {} labels. {}Columns: {}.", table.source.call, *absent,
                    schema.label_names.size(), did_you_mean(*absent, table.names), listing(table.names));
  return schema.label_names;
}

// These are places, too, or the first row of a file that has no header.
bool has_numbers_for_names(const CsvTable& table) {
  return std::ranges::any_of(table.names, [](const std::string& name) { return parse_number(name).has_value(); });
}

bool has_places_for_names(const Schema& schema) {
  return are_place_names(schema.features, [](const auto& feature) -> std::string_view { return feature.name; });
}

// What to do where a feature is not there that is called by its place.
std::string hint_for_places(const CsvTable& table, const Schema& schema) {
  if (!table.header || !has_places_for_names(schema)) return "";
  if (has_numbers_for_names(table)) return " Hint: say that the file has no header.";
  return fmt::format(" Hint: the {} features have no names; as many columns are taken in their order.",
                     schema.features.size());
}

// Whether an event came is said of one time.
void want_one_time(const CsvTable& table, const std::string& event, std::size_t labels) {
  if (event.empty() || labels == 1) return;
  fail<ArgumentError>("{}: the event (column \"{}\") goes with one label, a time, and there are {}. Hint: {}.",
                      table.source.call, event, labels,
                      labels == 0 ? "name the column of times, .label = \"...\""
                                  : "of two bounds, equal ones say that the event came, inf that it did not");
}

}  // namespace

void check_delimiter(const Source& source, char delimiter) {
  constexpr std::string_view taken("\"\r\n\0.+-", 7);
  const bool is_letter = (delimiter >= 'a' && delimiter <= 'z') || (delimiter >= 'A' && delimiter <= 'Z');
  const bool is_digit = delimiter >= '0' && delimiter <= '9';
  if (is_letter || is_digit || taken.find(delimiter) != std::string_view::npos)
    fail<ArgumentError>(
        "{}: the delimiter is '{}' (byte {}), but a letter, digit, sign, point, quote or line end cannot "
        "separate fields.",
        source.call, delimiter >= ' ' ? std::string(1, delimiter) : std::string("\\"),
        static_cast<int>(static_cast<unsigned char>(delimiter)));
}

CsvRoles assign_roles(const CsvTable& table, const CsvOptions& options) {
  CsvRoles found{std::vector(table.names.size(), CsvRole::feature),
                 std::vector(table.names.size(), CsvKind::automatic)};
  const auto assign = [&](std::size_t column, CsvRole role) {
    CsvRole& assigned = found.roles[column];
    if (assigned != CsvRole::feature && assigned != role)
      fail<ArgumentError>("{}: column \"{}\" cannot be {} and {}.", table.source.call, table.names[column],
                          name_of(assigned), name_of(role));
    assigned = role;
    if (role == CsvRole::dropped) found.kinds[column] = CsvKind::dropped;
    if (role == CsvRole::group) found.kinds[column] = CsvKind::categorical;
  };
  found.labels = assign_all(table, options.label.span(), CsvRole::label, assign);
  want_one_time(table, options.event, found.labels.size());
  if (!options.event.empty()) assign(find_column(table, options.event), CsvRole::event);
  if (!options.weight.empty()) assign(find_column(table, options.weight), CsvRole::weight);
  if (!options.group.empty()) assign(find_column(table, options.group), CsvRole::group);
  found.offsets = assign_all(table, options.offset.span(), CsvRole::offset, assign);
  for (const std::string& name : options.drop) {
    const std::size_t first = find_column(table, name);
    for (std::size_t c = first; c < table.names.size(); ++c)
      if (table.names[c] == table.names[first]) assign(c, CsvRole::dropped);
  }
  for (const std::string& name : options.categorical) {
    const std::size_t column = find_column(table, name);
    const CsvRole role = found.roles[column];
    if (role != CsvRole::feature && role != CsvRole::dropped)
      fail<ArgumentError>("{}: column \"{}\" is {}; only features are taken as categories.", table.source.call, name,
                          name_of(role));
    if (role == CsvRole::feature) found.kinds[column] = CsvKind::categorical;
  }
  std::set<std::string_view> seen;
  for (std::size_t c = 0; c < table.names.size(); ++c) {
    if (found.roles[c] == CsvRole::dropped) continue;
    if (!seen.insert(table.names[c]).second) refuse_twin(table, table.names[c]);
    if (found.roles[c] == CsvRole::feature) found.features.push_back(c);
  }
  return found;
}

void name_by_place(CsvTable& table, const CsvOptions& options, const Schema& schema) {
  if (!has_places_for_names(schema) || has_numbers_for_names(table)) return;
  std::vector<bool> is_named(table.names.size());
  const auto note = [&](const std::string& name) {
    if (!name.empty()) is_named[find_column(table, name)] = true;
  };
  for (const std::string& name : options.label.span()) note(name);
  for (const std::string& name : options.offset.span()) note(name);
  for (const std::string& name : options.drop) note(name);
  for (const std::string* name : {&options.event, &options.weight, &options.group}) note(*name);
  if (std::ranges::count(is_named, false) != std::ssize(schema.features)) return;
  auto feature = schema.features.begin();
  for (std::size_t c = 0; c < table.names.size(); ++c)
    if (!is_named[c]) table.names[c] = (feature++)->name;
  table.has_given_names = true;
}

CsvRoles assign_roles(const CsvTable& table, const CsvOptions& options, const Schema& schema) {
  if (!options.categorical.empty())
    fail<ArgumentError>("{}: the schema says which columns are categories. Hint: leave them out of the options.",
                        table.source.call);
  CsvRoles found{std::vector(table.names.size(), CsvRole::dropped), std::vector(table.names.size(), CsvKind::dropped)};
  std::map<std::string_view, std::size_t> places;
  std::set<std::string_view> twins;
  for (std::size_t c = 0; c < table.names.size(); ++c)
    if (!places.emplace(table.names[c], c).second) twins.insert(table.names[c]);
  const auto assign = [&](std::size_t column, CsvRole role, CsvKind kind) {
    const std::string& name = table.names[column];
    if (found.roles[column] != CsvRole::dropped)
      fail<ArgumentError>("{}: column \"{}\" cannot be {} and {}.", table.source.call, name,
                          name_of(found.roles[column]), name_of(role));
    if (twins.contains(name)) refuse_twin(table, name);
    found.roles[column] = role;
    found.kinds[column] = kind;
  };
  for (const Schema::Feature& feature : schema.features) {
    const auto place = places.find(feature.name);
    if (place == places.end())
      fail<DataError>("{}: no column \"{}\", which was there in training. {}Columns: {}.{}", table.source.call,
                      feature.name, did_you_mean(feature.name, table.names), listing(table.names),
                      hint_for_places(table, schema));
    assign(place->second, CsvRole::feature, feature.categorical ? CsvKind::categorical : CsvKind::numbers);
    found.features.push_back(place->second);
  }
  const auto is_dropped = [&](const std::string& name) {
    return std::ranges::find(options.drop, name) != options.drop.end();
  };
  const bool is_text = std::ranges::any_of(schema.classes, [](const std::string& name) { return !parse_number(name); });
  std::vector<std::string> labels = options.label.empty()
                                        ? labels_there(table, schema)
                                        : std::vector<std::string>(options.label.begin(), options.label.end());
  std::erase_if(labels, [&](const std::string& name) { return is_dropped(table.names[find_column(table, name)]); });
  found.labels = assign_all(table, labels, CsvRole::label, [&](std::size_t column, CsvRole role) {
    assign(column, role, is_text ? CsvKind::categorical : CsvKind::numbers);
  });
  if (const std::string& event = options.event.empty() ? schema.event_name : options.event; !event.empty()) {
    if (!options.event.empty()) want_one_time(table, event, found.labels.size());
    if (!found.labels.empty()) assign(find_column(table, event), CsvRole::event, CsvKind::automatic);
  }
  if (!options.weight.empty()) assign(find_column(table, options.weight), CsvRole::weight, CsvKind::automatic);
  const std::string& group = options.group.empty() ? schema.group_name : options.group;
  const std::size_t place = group.empty() || (options.group.empty() && is_dropped(group)) ? nowhere
                            : options.group.empty()                                       ? find_name(table, group)
                                                                                          : find_column(table, group);
  if (place != nowhere) assign(place, CsvRole::group, CsvKind::categorical);
  const NameList offsets = options.offset.empty() ? NameList(schema.offset_names) : options.offset;
  for (const std::string& name : schema.offset_names)
    if (options.offset.empty() && find_name(table, name) == nowhere)
      fail<DataError>("{}: no column \"{}\", which was the offset in training. {}Columns: {}.", table.source.call, name,
                      did_you_mean(name, table.names), listing(table.names));
  found.offsets = assign_all(table, offsets.span(), CsvRole::offset,
                             [&](std::size_t column, CsvRole role) { assign(column, role, CsvKind::automatic); });
  for (const std::string& name : options.drop)
    if (const std::size_t column = find_name(table, name); column != nowhere && found.roles[column] != CsvRole::dropped)
      fail<ArgumentError>("{}: column \"{}\" cannot be {} and dropped.", table.source.call, name,
                          name_of(found.roles[column]));
  return found;
}

}  // namespace linden
