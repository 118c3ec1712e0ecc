using System.Diagnostics.Tracing;
using System.Reflection;
using FastShardMap.Diagnostics;

namespace FastShardMap.Tests.Diagnostics;

/// <summary>native-layout-docs/observation.md lists the events and keywords that the code has.</summary>
public sealed class EventDocumentTests
{
    private const string Document = "native-layout-docs/observation.md";

    [Fact]
    public void Events_OfTheDocument_AreThoseOfTheCode()
    {
        IEnumerable<string> code = typeof(FastShardMapEventSource).GetMethods()
            .Select(method => (Method: method, Event: method.GetCustomAttribute<EventAttribute>()))
            .Where(pair => pair.Event is not null)
            .Select(pair => $"{pair.Event!.EventId}, `{pair.Method.Name}`, {pair.Event.Level}, "
                + string.Join(", ", pair.Method.GetParameters().Select(parameter => parameter.Name)));

        Assert.Equal(
            code.Order(StringComparer.Ordinal),
            RowsAfter("| id | event |")
                .Select(cells => string.Join(", ", cells.Take(4)))
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Keywords_OfTheDocument_AreThoseOfTheCode()
    {
        IEnumerable<string> code = typeof(FastShardMapEventSource.Keywords).GetFields()
            .Select(field => $"{field.Name} {(long)(EventKeywords)field.GetRawConstantValue()!}");

        Assert.Equal(code, RowsAfter("| keyword |").Select(cells => $"{cells[0]} {cells[1]}"));
    }

    private static IEnumerable<string[]> RowsAfter(string header) => Conventions.Repository.ReadLines(Document)
        .SkipWhile(line => !line.StartsWith(header, StringComparison.Ordinal))
        .Skip(2)
        .TakeWhile(line => line.StartsWith('|'))
        .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray());
}
