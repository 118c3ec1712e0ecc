using System.Text.Json;
using FastShardMap.Inspector.Entries;
using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Reports;
using FastShardMap.Inspector.Targets;
using Spectre.Console;

namespace FastShardMap.Inspector.Commands;

/// <summary><c>fsmap entries</c>: keys and values, as lines, CSV or JSON lines.</summary>
internal static class EntriesCommand
{
    private const int MostLines = 1000; // more than any bar has

    public static int Run(string dumpOrProcess, string? wanted, EntriesOptions options, Output output)
    {
        EntryFilter? filter = options.Where is null ? null : EntryFilter.Parse(options.Where);
        using Target target = Target.Open(dumpOrProcess);
        NativeMap map = MapCatalog.Find(target, wanted);
        StoredBytesDecoder? storedKeys = StoredBytesDecoder.ForKeys(map);
        StoredBytesDecoder? storedValues = StoredBytesDecoder.ForValues(map);
        FieldDecoder keys = storedKeys ?? FieldDecoder.For(map.KeyType, map.KeyBytes, target.Runtime);
        FieldDecoder values =
            storedValues ?? FieldDecoder.For(map.ValueType, (int)map.Header.ValueBytes, target.Runtime);
        filter?.Bind(keys, values);
        Comparison? wantedKey = options.Key is null ? null : Comparison.OfKey(options.Key, keys);
        EntryWriter writer = new(output.Writer, options);
        long written = 0;
        ulong unreadable = 0;
        void Copy(Action<int> shardDone) => unreadable = EntryStream.Walk(
            map,
            (keyBytes, valueBytes) =>
            {
                if (written == options.Limit)
                {
                    return false;
                }

                object key = keys.Decode(keyBytes);
                if (wantedKey?.Holds(key, key) == false)
                {
                    return true;
                }

                object value = values.Decode(valueBytes);
                if (filter is null || filter.Accepts(key, value))
                {
                    writer.Write(key, value);
                    written++;
                }

                return written < options.Limit;
            },
            shardDone);

        if (System.Console.IsErrorRedirected)
        {
            Copy(static _ => { });
        }
        else
        {
            WithProgress(map.ShardCount, Copy);
        }

        if (unreadable > 0)
        {
            Console.Error.WriteLine(
                $"fsmap: {Output.Count((long)unreadable, "group")} cannot be read; their entries are missing.");
        }

        long unreadableKeys = storedKeys?.Unreadable ?? 0;
        long unreadableValues = storedValues?.Unreadable ?? 0;
        if (unreadableKeys + unreadableValues > 0)
        {
            Console.Error.WriteLine(
                $"fsmap: the bytes of {Output.Count(unreadableKeys, "key")} and "
                    + $"{Output.Count(unreadableValues, "value")} cannot be read.");
        }

        return unreadable == 0 && unreadableKeys + unreadableValues == 0 ? ExitCode.Ok : ExitCode.Inconsistent;
    }

    // On the error stream, because the entries may go to a file.
    private static void WithProgress(int shards, Action<Action<int>> copy)
    {
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Error) });

        // If a bar has more lines than the terminal, the thread that draws it throws, which would end the process.
        console.Profile.Height = MostLines;
        console.Progress().AutoClear(enabled: true).Start(context =>
        {
            ProgressTask task = context.AddTask("shards", maxValue: shards);
            copy(_ => task.Increment(1));
        });
    }

    private sealed class EntryWriter(TextWriter writer, EntriesOptions options)
    {
        private bool _hasHeader;

        public void Write(object key, object value)
        {
            if (options.Json)
            {
                Dictionary<string, object?> fields = new(StringComparer.Ordinal) { ["key"] = JsonOf(key) };
                if (key is StoredBytes { IsText: true, IsExactText: false } text)
                {
                    fields["keyBytes"] = text.Bytes is null ? null : Convert.ToHexStringLower(text.Bytes);
                }

                fields["value"] = JsonOf(value);
                writer.WriteLine(JsonSerializer.Serialize(fields));
            }
            else if (options.Csv)
            {
                WriteCsv(key, value);
            }
            else
            {
                writer.WriteLine(
                    $"{Printable.Text(FieldDecoder.Text(key))} → {Printable.Text(FieldDecoder.Text(value))}");
            }
        }

        private static object JsonOf(object value) => value switch
        {
            IReadOnlyList<KeyValuePair<string, object>> fields => fields
                .GroupBy(field => field.Key, StringComparer.Ordinal)
                .ToDictionary(field => field.Key, field => JsonOf(field.First().Value), StringComparer.Ordinal),
            double number when !double.IsFinite(number) => FieldDecoder.Text(number),
            float number when !float.IsFinite(number) => FieldDecoder.Text(number),
            sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal
                or bool => value,
            _ => FieldDecoder.Text(value),
        };

        private static IEnumerable<(string Name, object Value)> Columns(string name, object value) =>
            value is IReadOnlyList<KeyValuePair<string, object>> fields
                ? fields.SelectMany(field => Columns($"{name}.{field.Key}", field.Value))
                : [(name, value)];

        private void WriteCsv(object key, object value)
        {
            List<(string Name, object Value)> columns = [.. Columns("key", key), .. Columns("value", value)];
            if (!_hasHeader)
            {
                writer.WriteLine(string.Join(',', columns.Select(column => CsvText.Field(column.Name))));
                _hasHeader = true;
            }

            writer.WriteLine(
                string.Join(',', columns.Select(column => CsvText.Field(FieldDecoder.Text(column.Value)))));
        }
    }
}
