using System.Globalization;

namespace FastShardMap.Tests;

/// <summary>Texts do not depend on the culture of the thread that made them.</summary>
public sealed class InvariantTextTests
{
    [Fact]
    public void Texts_InAnotherCulture_AreInvariant()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("", useUserOverride: false)
        {
            NumberFormat = { NumberDecimalSeparator = "#", NumberGroupSeparator = "_", NegativeSign = "~" },
        };
        try
        {
            using ShardMap<double, int> map = new();
            AuditOptions<double> options = new();
            options.Rules.Clear();
            options.Rules.Add(new HotKeyRule<double>(1));
            using AuditedShardMap<double, int, DefaultHasher<double>> audited = new(map, options);
            audited[-1.5] = 1;
            audited[-1.5] = 2;
            Assert.True(audited.Alerts.TryRead(out AuditAlert? alert));
            Assert.Equal("-1.5", alert.Key);
            Assert.Contains(
                "'-1.5'", Assert.Throws<ArgumentException>(() => map.Add(-1.5, 1)).Message, StringComparison.Ordinal);
            Assert.Contains(
                "'-2.5'", Assert.Throws<KeyNotFoundException>(() => map[-2.5]).Message, StringComparison.Ordinal);
            using (ShardMapSnapshot<double, int> snapshot = map.Snapshot())
            {
                Assert.Contains(
                    "'-2.5'",
                    Assert.Throws<KeyNotFoundException>(() => snapshot[-2.5]).Message,
                    StringComparison.Ordinal);
            }

            string message = Assert.Throws<OutOfMemoryException>(
                static () => new ShardMap<long, long>(long.MaxValue)).Message;
            Assert.Contains("9,223,372,036,854,775,807", message, StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
