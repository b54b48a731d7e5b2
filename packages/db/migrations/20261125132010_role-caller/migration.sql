-- AlterEnum
ALTER TYPE "Role" ADD VALUE 'caller';
