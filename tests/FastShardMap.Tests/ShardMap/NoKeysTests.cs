using System.Buffers;
using System.Linq.Expressions;
using System.Reflection;

namespace FastShardMap.Tests;

/// <summary>Operations on many keys, without any key: no operation on a key looks whether the map is disposed, or the
/// phase has ended.</summary>
public sealed class NoKeysTests
{
    private const string Keys = "keys";

    public static TheoryData<string> Types =>
    [
        "ShardMap", "TextShardMap", "BytesShardMap", "BlobShardMap", "AuditedShardMap", "AuditedTextShardMap",
        "AuditedBytesShardMap", "GuardedShardMap", "ChannelShardMap", "ShardMapExclusive", "TextShardMapExclusive",
        "BytesShardMapExclusive", "BlobShardMapExclusive",
    ];

    [Theory]
    [MemberData(nameof(Types))]
    public void EachRangeOperation_AfterDispose_Throws(string type)
    {
        object target = Create(type, out IDisposable ended);
        (string Name, Action Call)[] operations = [.. OperationsOf(target)];
        Assert.True(operations.Length >= 4, $"Only {operations.Length} operations were found.");
        Array.ForEach(operations, static operation => operation.Call());
        ended.Dispose();
        Assert.Empty(operations.Where(static operation => !IsRefused(operation.Call)).Select(static one => one.Name));
    }

    /// <param name="type">The name of the type.</param>
    /// <param name="ended">What ends its operations: an audit does not own its map.</param>
    private static object Create(string type, out IDisposable ended)
    {
        object target = type switch
        {
            "ShardMap" => new ShardMap<long, long>(),
            "TextShardMap" => new TextShardMap<long>(),
            "BytesShardMap" => new BytesShardMap<long>(),
            "BlobShardMap" => new BlobShardMap(),
            "AuditedShardMap" =>
                new AuditedShardMap<long, long, DefaultHasher<long>>(new ShardMap<long, long>()),
            "AuditedTextShardMap" => new AuditedTextShardMap<long>(new TextShardMap<long>()),
            "AuditedBytesShardMap" => new AuditedBytesShardMap<long>(new BytesShardMap<long>()),
            "GuardedShardMap" => new GuardedShardMap<long, long, MutexGuard>(),
            "ChannelShardMap" => new ChannelShardMap<long, long>(1),
            "ShardMapExclusive" => new ShardMap<long, long>().EnterExclusive(),
            "TextShardMapExclusive" => new TextShardMap<long>().EnterExclusive(),
            "BytesShardMapExclusive" => new BytesShardMap<long>().EnterExclusive(),
            _ => new BlobShardMap().EnterExclusive(),
        };
        ended = target switch
        {
            AuditedShardMap<long, long, DefaultHasher<long>> audited => audited.Map,
            AuditedTextShardMap<long> audited => audited.Map,
            AuditedBytesShardMap<long> audited => audited.Map,
            _ => (IDisposable)target,
        };
        return target;
    }

    /// <summary>The operations with a span of keys: members, also those of the interface, and extensions.</summary>
    private static IEnumerable<(string Name, Action Call)> OperationsOf(object target)
    {
        IEnumerable<MethodInfo> members =
            target.GetType().GetInterfaces().Where(static type => type.Name == "IConcurrentMap`2")
                .Prepend(target.GetType())
                .SelectMany(static type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance));
        IEnumerable<MethodInfo> extensions =
            typeof(ShardMapNumberExtensions).Assembly.GetExportedTypes()
                .Where(static type => type.IsAbstract && type.IsSealed)
                .SelectMany(static type => type.GetMethods(BindingFlags.Public | BindingFlags.Static))
                .Where(HasKeys)
                .Select(Closed)
                .Where(method => method.GetParameters()[0].ParameterType.IsInstanceOfType(target));
        return members.Where(HasKeys).Concat(extensions).Select(method => (method.ToString()!, CallOf(target, method)));
    }

    private static bool HasKeys(MethodInfo method) =>
        method.GetParameters().Any(static parameter => parameter.Name == Keys && parameter.ParameterType.IsByRefLike);

    private static MethodInfo Closed(MethodInfo method) => method.GetGenericArguments().Length switch
    {
        0 => method,
        1 => method.MakeGenericMethod(typeof(long)),
        _ => method.MakeGenericMethod(typeof(long), typeof(long), typeof(DefaultHasher<long>)),
    };

    /// <summary>Reflection does not pass spans; an expression does.</summary>
    private static Action CallOf(object target, MethodInfo method)
    {
        Expression[] arguments =
        [
            .. method.GetParameters().Select(parameter => (Expression)(parameter.ParameterType switch
            {
                { IsByRefLike: true } span => Expression.Default(span),
                Type type when type == typeof(IBufferWriter<byte>) =>
                    Expression.Constant(new ArrayBufferWriter<byte>()),
                Type type when type.IsInstanceOfType(target) => Expression.Constant(target, type),
                Type type when type == typeof(int) => Expression.Constant(1),
                Type type => Expression.Default(type),
            })),
        ];
        Expression? instance = method.IsStatic ? null : Expression.Constant(target, method.DeclaringType!);
        return Expression.Lambda<Action>(Expression.Block(
            typeof(void), Expression.Call(instance, method, arguments))).Compile();
    }

    private static bool IsRefused(Action call)
    {
        try
        {
            call();
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }
}
