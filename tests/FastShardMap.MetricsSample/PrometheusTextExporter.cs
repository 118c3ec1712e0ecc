using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace FastShardMap.MetricsSample;

/// <summary>
/// Metrics in Prometheus's text format, collected when somebody asks. As much of it as the library's instruments need;
/// a service would take the exporter package of its monitoring system.
/// </summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusTextExporter : BaseExporter<Metric>, IPullMetricExporter
{
    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();

    Func<int, bool>? IPullMetricExporter.Collect { get; set; }

    /// <summary>Asks all instruments, and gives the page.</summary>
    public string Collect()
    {
        lock (_gate)
        {
            _text.Clear();
            ((IPullMetricExporter)this).Collect?.Invoke(Timeout.Infinite);
            return _text.ToString();
        }
    }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        foreach (Metric metric in batch)
        {
            bool isCounter = metric.MetricType is MetricType.LongSum or MetricType.DoubleSum;
            string name = NameOf(metric, isCounter);
            _text.Append(
                CultureInfo.InvariantCulture,
                $"# HELP {name} {metric.Description}\n# TYPE {name} {(isCounter ? "counter" : "gauge")}\n");
            foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
            {
                _text.Append(name).Append('{');
                foreach (KeyValuePair<string, object?> tag in point.Tags)
                {
                    _text.Append(CultureInfo.InvariantCulture, $"{Identifier(tag.Key)}=\"{Escaped($"{tag.Value}")}\",");
                }

                _text.Append("} ").Append(ValueOf(metric, point)).Append('\n');
            }
        }

        return ExportResult.Success;
    }

    // Prometheus's conventions: words joined by underscores, the unit spelled out, _total behind what only grows.
    private static string NameOf(Metric metric, bool isCounter) =>
        Identifier(metric.Name) + metric.Unit switch
        {
            "By" => "_bytes",
            "s" => "_seconds",
            _ => string.Empty,
        } + (isCounter ? "_total" : string.Empty);

    private static string Identifier(string name) => name.Replace('.', '_');

    private static string Escaped(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    private static string ValueOf(Metric metric, in MetricPoint point) => metric.MetricType switch
    {
        MetricType.LongSum
            or MetricType.LongSumNonMonotonic => point.GetSumLong().ToString(CultureInfo.InvariantCulture),
        MetricType.DoubleSum
            or MetricType.DoubleSumNonMonotonic => point.GetSumDouble().ToString("R", CultureInfo.InvariantCulture),
        MetricType.LongGauge => point.GetGaugeLastValueLong().ToString(CultureInfo.InvariantCulture),
        MetricType.DoubleGauge => point.GetGaugeLastValueDouble().ToString("R", CultureInfo.InvariantCulture),
        _ => throw new NotSupportedException($"{metric.Name} is a {metric.MetricType}."),
    };
}
