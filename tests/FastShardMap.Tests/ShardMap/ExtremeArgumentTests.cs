using System.Reflection;
using System.Runtime.ExceptionServices;

namespace FastShardMap.Tests;

/// <summary>
/// Every public member with the most extreme arguments: what cannot be done is refused by an exception that says so,
/// and never by one that only happens.
/// </summary>
public sealed class ExtremeArgumentTests
{
    private static readonly Type[] Refusals =
    [
        typeof(ArgumentException), typeof(InvalidOperationException), typeof(OutOfMemoryException),
        typeof(KeyNotFoundException),
        typeof(InvalidDataException), typeof(OperationCanceledException), typeof(SynchronizationLockException),
    ];

    public static TheoryData<string> Types =>
        [.. typeof(ShardMap<,>).Assembly.GetExportedTypes().Where(IsClosable).Select(static type => type.FullName!)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Members_ExtremeArguments_WorkOrRefuse(string name)
    {
        Type type = Close(typeof(ShardMap<,>).Assembly.GetType(name)!);
        List<string> wrong = [];
        foreach (ConstructorInfo constructor in type.GetConstructors())
        {
            wrong.AddRange(Wrong(constructor, arguments => Release(constructor.Invoke(arguments))));
        }

        foreach (MethodInfo declared in type
            .GetMethods()
            .Where(method => method.DeclaringType!.Assembly == type.Assembly))
        {
            MethodInfo? method = Close(declared);
            if (method is not null && (method.IsStatic || Create(type) is not null))
            {
                wrong.AddRange(Wrong(method, arguments => Call(type, method, arguments)));
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void GetProbeLengths_TooLong_NamesTheArgument()
    {
        using ShardMap<int, int> map = new();
        Assert.Throws<ArgumentOutOfRangeException>("maxLength", () => map.GetProbeLengths(int.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>("maxLength", () => map.GetProbeLengths(65_536));
        Assert.Throws<ArgumentOutOfRangeException>("maxLength", () => map.GetProbeLengths(0));
        Assert.Equal(65_536, map.GetProbeLengths(65_535).Length);
    }

    private static bool IsClosable(Type type) =>
        !typeof(Delegate).IsAssignableFrom(type) && type is { IsInterface: false, IsEnum: false, IsByRefLike: false };

    private static Type Close(Type type) => type.IsGenericTypeDefinition
        ? type.MakeGenericType([.. type.GetGenericArguments().Select(Argument)])
        : type;

    private static Type Argument(Type parameter) => parameter.Name switch
    {
        "THasher" => typeof(DefaultHasher<ulong>),
        "TGuard" => typeof(MutexGuard),
        "TEnum" => typeof(DayOfWeek),
        _ => typeof(ulong),
    };

    /// <summary>A method that reflection can call: no spans, no functors.</summary>
    private static MethodInfo? Close(MethodInfo method)
    {
        if (method.IsGenericMethodDefinition)
        {
            if (method
                .GetGenericArguments()
                .Any(static argument => argument.Name is not ("TArg" or "TKey" or "TValue" or "THasher")))
            {
                return null;
            }

            method = method.MakeGenericMethod([.. method.GetGenericArguments().Select(Argument)]);
        }

        return method.IsAbstract || method.ReturnType.IsByRefLike
            || method.GetParameters().Any(static parameter => IsSpan(parameter.ParameterType))
            ? null
            : method;
    }

    private static bool IsSpan(Type type) => type.IsByRefLike || (type.IsByRef && type.GetElementType()!.IsByRefLike);

    private static IEnumerable<string> Wrong(MethodBase method, Action<object?[]> call)
    {
        object?[][] choices = [.. method.GetParameters().Select(static parameter => Extremes(parameter.ParameterType))];
        int most = choices.Length == 0 ? 1 : choices.Max(static choice => choice.Length);
        for (int round = 0; round < most; round++)
        {
            // One argument extreme and the others plain, then all of them.
            for (int extreme = -1; extreme < choices.Length; extreme++)
            {
                object?[] arguments = [.. choices.Select((choice, index) =>
                    extreme < 0 || extreme == index ? choice[round % choice.Length] : choice[0])];
                Exception? exception = Record.Exception(() => call((object?[])arguments.Clone()));
                exception = exception is TargetInvocationException ? exception.InnerException : exception;
                if (exception is not null && !Refusals.Any(refusal => refusal.IsInstanceOfType(exception)))
                {
                    yield return $"{method.DeclaringType!.Name}.{method}({string.Join(", ", arguments)}): {exception}";
                }
            }
        }
    }

    private static object?[] Extremes(Type type)
    {
        type = type.IsByRef ? type.GetElementType()! : type;
        return
            type == typeof(int) ? [1, 0, -1, int.MaxValue, int.MinValue] :
            type == typeof(long) ? [1L, 0L, -1L, long.MaxValue, long.MinValue] :
            type == typeof(ulong) ? [1UL, 0UL, ulong.MaxValue] :
            type == typeof(TimeSpan) ?
                [
                    TimeSpan.Zero, TimeSpan.FromTicks(-1), TimeSpan.MaxValue, TimeSpan.MinValue,
                    TimeSpan.FromMilliseconds(int.MaxValue + 1L),
                ]
                :
                type == typeof(string) ? ["", null] :
                type.IsEnum
                    ? [Enum.ToObject(type, 0), Enum.ToObject(type, int.MaxValue), Enum.ToObject(type, int.MinValue)]
                    :
                    type == typeof(CancellationToken)
                        ? [CancellationToken.None, new CancellationToken(canceled: true)]
                        :
                        type.IsValueType ? [Activator.CreateInstance(type)] :
                        [null];
    }

    private static object? Create(Type type)
    {
        if (type == typeof(AuditAlert))
        {
            return new AuditAlert("", AuditSeverity.Low, "", 0, default, "");
        }

        // Reflection cannot call the members of an enumerator whose entries are ref structs.
        if (type.GetProperty("Current") is { PropertyType.IsByRefLike: true })
        {
            return null;
        }

        string name = type.Name.Split('`')[0];
        ShardMap<ulong, ulong> map = new();
        return name switch
        {
            "ShardCache" => Activator.CreateInstance(type, new ShardCacheOptions { MaxEntries = 64 }),
            "BlobShardCache" => new BlobShardCache(new ShardCacheOptions { MaxBytes = 4 << 20 }),
            "BlobSnapshot" => new BlobShardMap().Snapshot(),
            "BytesSnapshot" => new BytesShardMap<ulong>().Snapshot(),
            "TextSnapshot" => new TextShardMap<ulong>().Snapshot(),
            "Enumerator" when type.DeclaringType!.Name.StartsWith("ShardCache", StringComparison.Ordinal) =>
                new ShardCache<ulong, ulong, DefaultHasher<ulong>>(new ShardCacheOptions { MaxEntries = 64 })
                    .GetEnumerator(),
            "AuditedShardMap" => new AuditedShardMap<ulong, ulong, DefaultHasher<ulong>>(map),
            "AuditedTextShardMap" => new AuditedTextShardMap<ulong>(new TextShardMap<ulong>()),
            "AuditedBytesShardMap" => new AuditedBytesShardMap<ulong>(new BytesShardMap<ulong>()),
            "ShardMapExclusive" => map.EnterExclusive(),
            "BlobShardMapExclusive" => new BlobShardMap().EnterExclusive(),
            "BytesShardMapExclusive" => new BytesShardMap<ulong>().EnterExclusive(),
            "TextShardMapExclusive" => new TextShardMap<ulong>().EnterExclusive(),
            "ShardMapSnapshot" => map.Snapshot(),
            "Enumerator"
                when type.DeclaringType!.Name.StartsWith("ShardMapSnapshot", StringComparison.Ordinal) => map
                    .Snapshot()
                    .GetEnumerator(),
            "Enumerator" when type.DeclaringType!.Name == "KeyCollection" => map.Keys.GetEnumerator(),
            "Enumerator" when type.DeclaringType!.Name == "ValueCollection" => map.Values.GetEnumerator(),
            "Enumerator" => map.GetEnumerator(),
            "MutexGuard" => MutexGuard.Create(),
            "ReaderWriterGuard" => ReaderWriterGuard.Create(),
            "GuardedShardMap" => new GuardedShardMap<ulong, ulong, MutexGuard>(),
            "ChannelShardMap" => new ChannelShardMap<ulong, ulong>(1),
            "HotKeyRule" => new HotKeyRule<ulong>(),
            "ReadWriteRule" => new ReadWriteRule<ulong>(),
            _ when type.IsAbstract => null,
            _ => Activator.CreateInstance(type, nonPublic: false),
        };
    }

    private static void Call(Type type, MethodInfo method, object?[] arguments)
    {
        object? instance = method.IsStatic ? null : Create(type);
        try
        {
            object? result = method.Invoke(instance, arguments);
            if (result is Task task)
            {
                task.GetAwaiter().GetResult();
            }

            if (result is IDisposable and not Task)
            {
                Release(result);
            }

            // What has been refused or done leaves a map that works.
            if (instance is ShardMap<ulong, ulong, DefaultHasher<ulong>> map
                && method.Name is not ("Dispose" or "EnterExclusive"))
            {
                map[7] = 8;
                Assert.Equal(8UL, map[7]);
            }
        }
        catch (TargetInvocationException exception) when (exception.InnerException is not null)
        {
            ExceptionDispatchInfo.Throw(exception.InnerException);
        }
        finally
        {
            Release(instance);
        }
    }

    private static void Release(object? instance)
    {
        if (instance is IDisposable disposable)
        {
            disposable.Dispose();
        }
    }
}
