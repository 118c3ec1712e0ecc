namespace FastShardMap.Resharding;

/// <summary>How <see cref="Resharder.RunAsync"/> works.</summary>
/// <remarks>Not thread-safe. <see cref="Resharder.RunAsync"/> reads the properties while it runs.</remarks>
public sealed class ReshardOptions
{
    /// <summary>Gets or sets the number of slots that move at once. More slots need more memory on the servers and
    /// fewer rounds.</summary>
    /// <value>1,024 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not between 1 and 16,384.</exception>
    public int SlotsPerWave
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Routing.SlotTable.SlotCount);
            field = value;
        }
    } = 1_024;

    /// <summary>Gets or sets the number of keys or slots that are worked on at once.</summary>
    /// <value>16 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not between 1 and 1,024.</exception>
    public int Concurrency
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1_024);
            field = value;
        }
    } = 16;

    /// <summary>Gets or sets the most keys that are copied per second, to spare the servers; 0 for no limit.</summary>
    /// <value>0 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxKeysPerSecond
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    /// <summary>Gets or sets the most keys per server that are scanned per second, to spare the servers; 0 for no
    /// limit. Each wave scans all keys of the servers that it concerns a few times, whether they move or not.</summary>
    /// <value>0 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MaxScannedKeysPerSecond
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    /// <summary>Gets or sets the percentages of keys that are read from the new owner, one after the other.</summary>
    /// <value>1, 5, 25, 50 and 100 by default.</value>
    /// <exception cref="ArgumentException">The values are empty, do not rise, or lie outside 1 to 100.</exception>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public IReadOnlyList<int> CutoverPercents
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            int[] copy = [.. value];
            if (copy.Length == 0 || copy[0] < 1 || copy[^1] > 100
                || copy.Zip(copy.Skip(1)).Any(pair => pair.First >= pair.Second))
            {
                throw new ArgumentException("The percentages must rise between 1 and 100.", nameof(value));
            }

            field = copy;
        }
    } = [1, 5, 25, 50, 100];

    /// <summary>Gets or sets how long each percentage holds before the next one.</summary>
    /// <value>Zero by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or more than a day.</exception>
    public TimeSpan CutoverHold
    {
        get;
        init => field = Checked(value);
    }

    /// <summary>Gets or sets how long the old owner is kept up to date after the new owner has taken over. During this
    /// time, the wave can still be rolled back.</summary>
    /// <value>Zero by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or more than a day.</exception>
    public TimeSpan RollBackWindow
    {
        get;
        init => field = Checked(value);
    }

    /// <summary>Gets or sets how long each worker rests after each step on a slot, to spare the servers.</summary>
    /// <value>Zero by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or more than a day.</exception>
    public TimeSpan StepPause
    {
        get;
        init => field = Checked(value);
    }

    /// <summary>Gets or sets the most rounds of comparison. If the last of them still finds differences, the wave is
    /// rolled back.</summary>
    /// <value>10 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not between 2 and 1,000.</exception>
    public int MaxVerifyRounds
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 2);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1_000);
            field = value;
        }
    } = 10;

    private static TimeSpan Checked(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromDays(1));
        return value;
    }
}
